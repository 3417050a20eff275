import { open } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

describe.each(['sync', 'datasync'] as const)('%s', (flush) => {
  it('gives nothing', () =>
    expectSame((fs) =>
      withFile(fs, folder.file(), 'w', async (handle) => {
        await handle.write('text')
        return handle[flush]()
      }),
    ))

  it('works on a folder and on a file that is open for reading', async () => {
    for (const path of [folder.path, folder.file()]) {
      expect(await expectSame((fs) => withFile(fs, path, 'r', (handle) => handle[flush]()))).toEqual({
        gave: undefined,
      })
    }
  })

  it('fails with EINVAL where there is nothing to flush', async () => {
    const outcome = await expectSame((fs) => withFile(fs, '/dev/null', 'w', (handle) => handle[flush]()))
    expect(outcome).toHaveProperty('rejected.shown.code', 'EINVAL')
  })

  it('fails on a FIFO', () =>
    expectSame((fs) => withFile(fs, folder.fifo(), 'r+', (handle) => handle[flush]())))

  it('may be in flight together with writes', async () => {
    const handle = await open(folder.file(), 'w')
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? handle[flush]() : handle.write('text'))),
    )
    expect((await handle.stat()).size).toBe(160)
    await handle.close()
  })
})
