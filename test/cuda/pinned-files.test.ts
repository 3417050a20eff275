import { readFileSync } from 'node:fs'
import { open as openFile } from 'heddle/fs'
import { expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { rejection } from './failures.ts'
import { onEachDevice } from './target.ts'

const folder = tempFolder()

onEachDevice('a pinned array and files', (target) => {
  it('is read into straight, and copied to the device', async () => {
    const { gpu, stream } = await target.stream()
    const bytes = randomBytes(3_000_001)
    const file = await openFile(folder.file(bytes))
    const pinned = await gpu.pinned('u8', bytes.length)
    const array = await gpu.alloc('u8', bytes.length)
    let filled = 0
    while (filled < bytes.length) filled += (await file.read(pinned.array, filled)).bytesRead
    await file.close()
    expect(sameBytes(pinned.array, bytes)).toBe(true)
    stream.copy(array, pinned)
    expect(sameBytes(await download(stream, array), bytes)).toBe(true)
  })

  it('is read into by its slices, whatever their dtype', async () => {
    const gpu = await target.open()
    const pinned = await gpu.pinned('f64', 100)
    pinned.array.fill(0)
    const bytes = randomBytes(80)
    const file = await openFile(folder.file(bytes))
    const { bytesRead, buffer } = await file.read(pinned.slice(5, 15).array, 0, 80, 0)
    await file.close()
    expect(bytesRead).toBe(80)
    expect(buffer.buffer).toBe(pinned.array.buffer)
    const whole = new Uint8Array(pinned.array.buffer)
    expect(sameBytes(whole.subarray(40, 120), bytes)).toBe(true)
    expect(whole.subarray(0, 40).every((byte) => byte === 0)).toBe(true)
    expect(whole.subarray(120).every((byte) => byte === 0)).toBe(true)
  })

  it('is written from', async () => {
    const { gpu, stream } = await target.stream()
    const path = folder.fresh()
    const array = await gpu.alloc('u16', 1000)
    const pinned = await gpu.pinned('u16', 1000)
    stream.fill(array, 0x4241)
    await stream.copy(pinned, array)
    const file = await openFile(path, 'w')
    await file.write(pinned.slice(10, 20).array)
    await file.close()
    expect(readFileSync(path, 'latin1')).toBe('AB'.repeat(10))
  })

  it('may be disposed of while a file is read into it', async () => {
    const gpu = await target.open()
    const file = await openFile(folder.file(randomBytes(1 << 20)))
    for (let i = 0; i < 20; ++i) {
      const pinned = await gpu.pinned('u8', 1 << 20)
      const reading = file.read(pinned.array, 0, 1 << 20, 0)
      pinned.dispose()
      expect((await reading).bytesRead).toBe(1 << 20)
    }
    await file.close()
  })

  it('may not be read into after that', async () => {
    const gpu = await target.open()
    const file = await openFile(folder.file('text'))
    const pinned = await gpu.pinned('u8', 16)
    pinned.dispose()
    expect(await rejection(file.read(pinned.array, 0, 4, 0))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    await file.close()
  })

  it('may be read into when its device is closed', async () => {
    const gpu = await target.open()
    const pinned = await gpu.pinned('u8', 1 << 16)
    const bytes = randomBytes(1 << 16)
    const file = await openFile(folder.file(bytes))
    const reading = file.read(pinned.array, 0, 1 << 16, 0)
    await gpu.close()
    await reading
    await file.read(pinned.array, 0, 1 << 16, 0)
    await file.close()
    expect(sameBytes(pinned.array, bytes)).toBe(true)
  })
})
