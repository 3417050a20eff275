import { readFileSync } from 'node:fs'
import { capabilities } from 'heddle'
import { describe, expect, it } from 'vitest'

describe('capabilities', () => {
  it('names the running kernel', () => {
    expect(capabilities().kernel).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
  })

  it('says which I/O backend is used, and why', () => {
    const { backend, reason } = capabilities().io
    expect(['uring', 'fallback']).toContain(backend)
    expect(reason).not.toBe('')
  })

  it.runIf(process.env['HEDDLE_IO'])('says that the environment asked for the backend', () => {
    expect(capabilities().io).toEqual({ backend: process.env['HEDDLE_IO'], reason: 'asked for by HEDDLE_IO' })
  })

  it('says whether there is a GPU', () => {
    expect(typeof capabilities().cuda.ok).toBe('boolean')
  })

  it('gives a new object each time, which others may change', () => {
    expect(capabilities()).not.toBe(capabilities())
    expect(capabilities()).toEqual(capabilities())
  })
})
