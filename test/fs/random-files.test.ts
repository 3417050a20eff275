import { readFileSync, rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { open } from 'heddle/fs'
import { expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { FileModel, histories } from './random-file.ts'

/** A failure prints its seed; give it here to see it again. */
const seed = 20_261_128
const folder = tempFolder()

it('a file holds what was written, whatever is in flight together', { timeout: 120_000 }, () =>
  fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const path = folder.fresh()
      await using file = await open(path, 'w+')
      const model = new FileModel(file)
      await model.go(history)
      expect(readFileSync(path).equals(model.content)).toBe(true)
      rmSync(path)
    }),
    { seed, numRuns: 60 },
  ),
)
