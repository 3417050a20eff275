import { basename } from 'node:path'
import { capabilities } from 'heddle'
import { availability, type Device, open } from 'heddle/cuda'
import { overlap, type Trace } from 'heddle/trace'
import { chunkBytes } from './chunks.js'
import { explained, Failure } from './failure.js'
import { megabytes, row } from './format.js'
import { backendName, reportHost } from './host-report.js'
import { type Options, readOptions, usage } from './options.js'
import { passesFor, type Race, run, traced, watched } from './race.js'
import { referenceHistogram } from './reference.js'
import { type Result, resultsTable } from './results-table.js'
import { type SourceFile, sourceFile } from './source-file.js'
import { pageName, traceName, writeTimeline } from './timeline-files.js'
import { compareWaits } from './waits.js'
import { overlappedWay } from './way-overlapped.js'
import { plainWay } from './way-plain.js'
import { stepwiseWay } from './way-stepwise.js'

async function demo(options: Options, signal: AbortSignal): Promise<void> {
  const file = await sourceFile(options.path)
  const choice = options.device ?? (availability().ok ? 0 : 'host')
  await using device = await opened(choice)
  reportHost(device, choice === 'host')
  await compareWaits(signal)
  await compareWays(device, file, signal)
}

async function opened(choice: number | 'host'): Promise<Device> {
  try {
    return await open(choice)
  } catch (error) {
    throw explained(`open device ${choice}`, error)
  }
}

async function compareWays(device: Device, file: SourceFile, signal: AbortSignal): Promise<void> {
  const passes = passesFor(file)
  const often = passes > 1 ? `, ${passes} passes each` : ''
  console.log(`\n${file.path}: ${megabytes(file.size)}, in chunks of ${chunkBytes >> 20} MiB${often}`)
  const reference = await watched('CPU reference', file.size, signal, (watch) =>
    referenceHistogram(file, watch),
  )
  const race = { file, reference, signal }
  await using plain = plainWay(file)
  await using stepwise = await stepwiseWay(device, file)
  await using overlapped = await overlappedWay(device, file)
  const results: Result[] = []
  for (const way of [plain, stepwise, overlapped]) results.push(await run(way, race))
  console.log(resultsTable(results, file))
  console.log(
    '  Per pass, file in the page cache. Loop delay: time between two firings of a 1 ms timer, less',
  )
  console.log(
    '  that 1 ms. CPU: all threads. Histogram: all 256 counters, beside a CPU reference of its own.',
  )
  await draw([stepwise, overlapped], device, race)
}

async function draw(
  ways: readonly Parameters<typeof traced>[0][],
  device: Device,
  race: Race,
): Promise<void> {
  const runs: { title: string; note: string; trace: Trace }[] = []
  for (const way of ways) runs.push({ title: way.title, note: way.note, trace: await traced(way, race) })
  const { kernel } = capabilities()
  const facts = [
    basename(race.file.path),
    megabytes(race.file.size),
    device.info.name,
    backendName(),
    `Linux ${kernel}`,
  ]
  await writeTimeline(runs, facts.join(' · '))
  console.log('\nTwo or more parts at work, of the time in which any was')
  for (const { title, trace } of runs) console.log(row(title, `${(overlap(trace).share * 100).toFixed(1)} %`))
  console.log('\nThe picture')
  console.log(row(pageName, 'open it in a browser'))
  console.log(row(traceName, 'open it in https://ui.perfetto.dev'))
}

async function main(): Promise<number> {
  const stop = new AbortController()
  // Only the first Ctrl-C is ours: it lets go of the device in good order. The second ends the process at once.
  process.once('SIGINT', () => stop.abort())
  try {
    const options = readOptions(process.argv.slice(2))
    if (options.help) process.stdout.write(usage)
    else await demo(options, stop.signal)
    return 0
  } catch (error) {
    if (stop.signal.aborted) {
      console.error('heddle demo: interrupted')
      return 130
    }
    console.error(error instanceof Failure ? `heddle demo: ${error.message}` : error)
    return 1
  }
}

process.exitCode = await main()
