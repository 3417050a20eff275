import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { filesUnder } from './stale.mjs'

const runtime = /\((lib(tsan|stdc\+\+)|[^)]*\/lib(stdc\+\+|c|m)\.so)|sanitizer_common|\/usr\/include\/c\+\+/

/** What touched the memory: the first frame of a stack that belongs neither to the sanitizer nor to the library. */
function accessor(stack) {
  return stack.split('\n').find((line) => /^\s+#\d+ /.test(line) && !runtime.test(line)) ?? ''
}

/**
 * The ThreadSanitizer reports under `dir` of two accesses that are both made by our code.
 *
 * Node is not instrumented, so what it orders by atomics of its own looks unordered: a report with one of its accesses
 * says nothing. Nor does one about the bytes that a host device moves for a program: their order is the program's.
 */
export function ourReports(dir) {
  const ours = ['native', 'cuda', 'binding'].map((layer) => `${join(root, layer)}/`)
  const bytesOfPrograms = ['work.cpp', 'histogram.cpp'].map((file) => join(root, 'cuda/host', file))
  const isOurs = (line) =>
    ours.some((path) => line.includes(path)) && !bytesOfPrograms.some((path) => line.includes(path))
  const reports = []
  for (const file of filesUnder(dir)) {
    for (const report of readFileSync(file, 'utf8').split(/^={10,}$/m)) {
      const accesses = report
        .split(/\n\s*\n/)
        .filter((part) => /^\s*(.*\n)?\s*(Previous )?(atomic )?(read|write) of size/im.test(part))
      if (accesses.length > 0 && accesses.every((stack) => isOurs(accessor(stack))))
        reports.push(report.trim())
    }
  }
  return reports
}
