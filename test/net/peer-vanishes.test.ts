import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'

// The system's patience is the network's own to set: a probe, and what it takes to give up, are seconds there.
const inNetwork = `ip link set lo up && cd /proc/sys/net/ipv4 && echo 1 > tcp_keepalive_intvl &&
  echo 1 > tcp_keepalive_probes && echo 2 > tcp_retries2 && cd "$OLDPWD" && exec "$@"`
const through = ['unshare', '-rn', 'sh', '-c', inNetwork, 'sh']

function available(): boolean {
  try {
    execFileSync(through[0] as string, [...through.slice(1), 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const possible = available()
if (!possible) console.error('!! NO NETWORK NAMESPACE: what happens when a peer vanishes was not tested')

it.skipIf(!possible)(
  'a peer that vanishes: whoever waits for it hears of it, or gives up, and can close',
  async () => {
    const lines = ['gone gone ERR_HEDDLE_TIMEOUT', 'ABORT_ERR', 'ERR_HEDDLE_CLOSED', 'closed']
    expect(await runClean('peer-vanishes', { through })).toBe(lines.join('\n'))
  },
)
