import { expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'

// A sanitizer keeps freed memory for a while.
const { LD_PRELOAD = '' } = process.env
const sanitized = /lib[at]san/.test(LD_PRELOAD)

it.each(['opened', 'in use', 'with streams left'])(
  'a device that is opened and closed 100 times leaves nothing behind (%s)',
  programTime,
  async (how) => {
    const ending = await runProgram('open-close', [how], ['--expose-gc'])
    expect(ending).toMatchObject(wellEnded)
    const { before, after } = JSON.parse(ending.stdout)
    expect(after.usage).toEqual(before.usage)
    expect(after.threads).toBe(before.threads)
    expect(after.descriptors).toBe(before.descriptors)
    if (!sanitized) expect(after.memory - before.memory).toBeLessThan(16 << 20)
  },
)
