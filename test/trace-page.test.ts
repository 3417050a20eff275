import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { timelineModel } from '../lib/trace/timeline-model.js'
import { timelinePage } from '../lib/trace/timeline-page.js'
import { span, trace } from './trace-samples.js'

const slow = trace([
  span('ring', 0, 4, 'read', 8),
  span('stream:copy', 4, 4, 'copy'),
  span('js', 8, 2, 'count'),
])
const fast = trace([span('ring', 0, 4, 'read', 8), span('stream:copy', 1, 4, 'copy')])
const runs = [
  { title: 'Step by step', note: 'one <at> a time', trace: slow },
  { title: 'Overlapped', trace: fast },
]

describe('timelinePage', () => {
  it('loads nothing: no address, no import, and a policy that forbids both', () => {
    const page = timelinePage(runs)
    expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(|https?:|import\(/)
    expect(page).toContain(`content="default-src 'none'`)
  })

  it('states the comparison and the overlap', () => {
    const page = timelinePage(runs)
    expect(page).toContain('<b class="">2.00 ×</b>')
    expect(page).toContain('the speed of “Step by step”')
    expect(page).toContain('<b class="together">60 %</b>')
  })

  it('escapes whatever it is told', () => {
    const page = timelinePage(
      { spans: [span('</script><b>', 0, 1, '</script><script>alert(1)</script>')], duration: 1 },
      { title: '<i>"&', subtitle: '<u>' },
    )
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(page).not.toMatch(/<[iu]>|<b>/)
    expect(timelinePage(runs)).toContain('one &#60;at&#62; a time')
  })

  it('carries a script that parses and a model that is JSON', () => {
    const page = timelinePage(runs)
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? ''
    expect(script).not.toBe('')
    expect(() => new Script(script)).not.toThrow()
    const model: unknown = JSON.parse(/id="model">(.*)<\/script>/.exec(page)?.[1] ?? '')
    expect(model).toEqual(timelineModel(runs))
  })

  it('shows a trace without a single span', () => {
    const page = timelinePage({ spans: [], duration: 0 })
    expect(page).toContain('<b class="together">0 %</b>')
    expect(page.replace(/<script>[\s\S]*/, '')).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('timelineModel', () => {
  it('gives every run the same lanes and one scale', () => {
    const model = timelineModel(runs)
    expect(model.duration).toBe(10)
    expect(model.lanes).toEqual([
      { title: 'JS thread', color: '--js' },
      { title: 'I/O ring', color: '--ring' },
      { title: 'copy stream', color: '--copy' },
    ])
    expect(model.runs.map((run) => run.lanes.map((lane) => lane.rows.length))).toEqual([
      [1, 1, 1],
      [0, 1, 1],
    ])
  })

  it('lays spans out flat, with names by number and -1 for no bytes', () => {
    const { names, runs: laid } = timelineModel(runs)
    expect(names).toEqual(['count', 'read', 'copy'])
    expect(laid[1]?.lanes.map((lane) => lane.rows)).toEqual([[], [[1, 0, 4, 8]], [[2, 1, 4, -1]]])
    expect(laid[1]?.busy).toEqual([0, 1, 1, 1, 4, 2, 4, 5, 1])
  })
})
