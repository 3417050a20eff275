import { CudaError } from 'heddle/cuda'
import { expect } from 'vitest'

/** What a call throws. */
export function thrown(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('the call should have thrown')
}

/** What a Promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the Promise should have rejected')
}

/** What a call fails with, at once or later. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('the call should have failed')
}

export function expectCudaError(error: unknown, parts: Partial<CudaError>): void {
  expect(error).toBeInstanceOf(CudaError)
  expect(error).toMatchObject({ name: 'CudaError', ...parts })
}

export const outOfRange = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }
export const wrongType = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }
export const wrongValue = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
export const closed = { name: 'CudaError', code: 'heddleErrorDeviceClosed', number: -1 }
export const aborted = { name: 'AbortError', code: 'ABORT_ERR' }
