import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Failure, root, tee } from './run.mjs'

/** Runs one doctest executable; resolves to { passed, failed, skipped }. `wrap` is a command to run it under. */
export async function doctest(executable, { env = process.env, wrap = [] } = {}) {
  const [command, ...args] = [...wrap, join(root, executable), '--no-colors=true']
  const { status, signal, text } = await tee(command, args, { env })
  const found = /test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped/.exec(text)
  if (!found)
    throw new Failure(`${executable} ended by ${signal ?? `exit code ${status}`} before its summary`)
  const [passed, failed, skipped] = found.slice(2).map(Number)
  if (status !== 0 && failed === 0)
    throw new Failure(`${executable}: exit code ${status}, though no case failed`)
  return { passed, failed, skipped, skippedNames: skipped ? [`${skipped} cases of ${executable}`] : [] }
}

/** Runs vitest; resolves to { passed, failed, skipped, skippedNames }. */
export async function vitest(name, { env = process.env, wrap = [], args = [] } = {}) {
  const report = join(root, `build/reports/${name}.json`)
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const cli = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const [command, ...rest] = [...wrap, process.execPath, cli, 'run', ...reporters, ...args]
  const { status, signal } = await tee(command, rest, { env })
  if (signal || !existsSync(report)) throw new Failure(`vitest ended by ${signal ?? `exit code ${status}`}`)
  const result = JSON.parse(readFileSync(report, 'utf8'))
  const skippedNames = result.testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'skipped' || status === 'pending' || status === 'todo')
      .map(({ fullName }) => `${relative(root, file)}: ${fullName}`),
  )
  const failed = result.numFailedTests
  if (status !== 0 && failed === 0) throw new Failure(`vitest: exit code ${status}, though no test failed`)
  return { passed: result.numPassedTests, failed, skipped: skippedNames.length, skippedNames }
}
