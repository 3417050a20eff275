import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { validateInteger, validateObject } from '../validate.js'
import type { Device } from './device.js'
import type { Dtype } from './dtype.js'

/** DLPack's device types, as its C header numbers them. */
const deviceTypes = { cpu: 1, cuda: 2, cudaHost: 3 } as const

/**
 * A tensor in the terms of DLPack's `DLTensor`, the struct by which PyTorch, CuPy, JAX and others hand arrays to each
 * other. It owns nothing: whoever gives it out says how long the memory lives.
 */
export interface DLPackTensor {
  /** The address of the memory. */
  readonly data: bigint
  /** Where it lies: `type` 1 is the CPU, 2 a CUDA device, 3 pinned memory of CUDA; `id` is the number of the device. */
  readonly device: { readonly type: number; readonly id: number }
  /** `code` 0 is a signed integer, 1 an unsigned one, 2 a float, 4 a bfloat, 10 and 12 are f8e4m3 and f8e5m2. */
  readonly dtype: { readonly code: number; readonly bits: number; readonly lanes: number }
  readonly shape: readonly number[]
  /** In elements, not bytes; null or absent: row after row without gaps. */
  readonly strides?: readonly number[] | null
  /** Bytes from `data` to the first element. Default: 0 */
  readonly byteOffset?: number
}

const types: { readonly [D in Dtype]: { readonly code: number; readonly bits: number } } = {
  i8: { code: 0, bits: 8 },
  i16: { code: 0, bits: 16 },
  i32: { code: 0, bits: 32 },
  i64: { code: 0, bits: 64 },
  u8: { code: 1, bits: 8 },
  u16: { code: 1, bits: 16 },
  u32: { code: 1, bits: 32 },
  u64: { code: 1, bits: 64 },
  f16: { code: 2, bits: 16 },
  f32: { code: 2, bits: 32 },
  f64: { code: 2, bits: 64 },
  bf16: { code: 4, bits: 16 },
  f8e4m3: { code: 10, bits: 8 },
  f8e5m2: { code: 12, bits: 8 },
}

/** A dtype as DLPack writes it. */
export function dlpackType(dtype: Dtype): DLPackTensor['dtype'] {
  return { ...types[dtype], lanes: 1 }
}

/** Where a device's memory lies, in DLPack's terms. */
export function placeOf(device: Device, pinned = false): DLPackTensor['device'] {
  const { id } = device.info
  if (id === 'host') return { type: deviceTypes.cpu, id: 0 }
  return pinned ? { type: deviceTypes.cudaHost, id: 0 } : { type: deviceTypes.cuda, id }
}

/** What a tensor of somebody else's is in our terms. */
export interface PlainTensor {
  readonly dtype: Dtype
  readonly length: number
  /** Of the first element. */
  readonly address: bigint
}

/** Takes a descriptor apart; throws a typed error that names the field when it is none, or is not one run of elements. */
export function readTensor(tensor: DLPackTensor): PlainTensor {
  validateObject(tensor, 'tensor')
  const { data, byteOffset = 0, shape, strides } = tensor
  if (typeof data !== 'bigint') throw new ArgumentTypeError('tensor.data', 'of type bigint', data)
  validateInteger(byteOffset, 'tensor.byteOffset', 0)
  if (!Array.isArray(shape)) throw new ArgumentTypeError('tensor.shape', 'an instance of Array', shape)
  for (const extent of shape) validateInteger(extent, 'tensor.shape[]', 0)
  const length = shape.reduce((product, extent) => product * extent, 1)
  validateInteger(length, 'tensor.shape', 0)
  validateStrides(shape, strides)
  const address = data + BigInt(byteOffset)
  if (data < 0n || address >= 2n ** 52n || (data === 0n && length > 0))
    throw new ArgumentValueError('tensor.data', data, 'is no address')
  return { dtype: dtypeOf(tensor.dtype), length, address }
}

function dtypeOf(type: DLPackTensor['dtype']): Dtype {
  validateObject(type, 'tensor.dtype')
  const { code, bits, lanes } = type
  for (const [dtype, known] of Object.entries(types)) {
    if (known.code === code && known.bits === bits && lanes === 1) return dtype as Dtype
  }
  throw new ArgumentValueError('tensor.dtype', type, 'is no dtype of heddle')
}

function validateStrides(shape: readonly number[], strides: readonly number[] | null | undefined): void {
  if (strides === undefined || strides === null) return
  if (!Array.isArray(strides) || strides.length !== shape.length)
    throw new ArgumentTypeError('tensor.strides', 'null, or an array as long as the shape', strides)
  let expected = 1
  for (let i = shape.length - 1; i >= 0; --i) {
    const extent = shape[i] as number
    if (extent !== 1 && strides[i] !== expected)
      throw new ArgumentValueError('tensor.strides', strides, 'has gaps: make the tensor contiguous first')
    expected *= extent
  }
}
