import { argumentCapacity, argumentViews, reserveArguments } from '../bridge/arguments.js'
import type { Device } from './device.js'
import { DeviceMemory } from './device-array.js'
import type { Dtype } from './dtype.js'
import type { Kernel, PlacedParameter } from './kernel.js'
import type { KernelArgument } from './kernel-types.js'
import { type LaunchConfig, validateLaunchConfig, validateThreads, writeExtent } from './launch-config.js'
import { LaunchError } from './launch-error.js'

/** The numbers of cuda/bridge/launch_record.hpp. */
const recordBytes = 64
const pointerBytes = 8
const cooperativeFlag = 1
const programmaticFlag = 2

const { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 } = argumentViews

/**
 * Checks a launch and writes its arguments; gives where they lie. Nothing is submitted when it throws.
 */
export function writeLaunch(
  kernel: Kernel,
  config: LaunchConfig,
  args: readonly KernelArgument[],
  device: Device,
): number {
  kernel.library.usable(kernel.name)
  if (kernel.library.device !== device) {
    throw new LaunchError(
      'ERR_HEDDLE_DEVICE',
      `The kernel "${kernel.name}" was loaded on another device than the stream's`,
      kernel.name,
    )
  }
  validateLaunchConfig(config)
  const { placed, pointers } = kernel
  const count = placed.length
  if (args.length !== count) {
    throw new LaunchError(
      'ERR_HEDDLE_ARGUMENTS',
      `The kernel "${kernel.name}" takes ${count} arguments. Received ${args.length}`,
      kernel.name,
    )
  }
  const list = (pointers * pointerBytes + 15) & ~15
  const bytes = recordBytes + list + kernel.argumentBytes
  if (bytes > argumentCapacity) throw tooLarge(kernel, argumentCapacity - recordBytes - list)
  const at = reserveArguments(bytes)
  const word = at >> 2
  writeExtent(config.grid, 'grid', u32, word)
  writeExtent(config.block, 'block', u32, word + 3)
  validateThreads((u32[word + 3] as number) * (u32[word + 4] as number) * (u32[word + 5] as number))
  if (config.cluster === undefined) u32[word + 6] = 0
  else writeExtent(config.cluster, 'cluster', u32, word + 6)
  u32[word + 9] = config.shared ?? 0
  u32[word + 10] =
    (config.cooperative === true ? cooperativeFlag : 0) |
    (config.programmatic === true ? programmaticFlag : 0)
  u32[word + 11] = pointers
  u32[word + 12] = kernel.argumentBytes
  const values = at + recordBytes + list
  let pointer = (at + recordBytes) >> 2
  for (let i = 0; i < count; ++i) {
    const parameter = placed[i] as PlacedParameter
    const argument = args[i] as KernelArgument
    const where = values + parameter.offset
    if (parameter.pointer) {
      i32[pointer] = memoryOf(kernel, parameter, i, argument, device)
      u32[pointer + 1] = parameter.offset
      f64[where >> 3] = argument === null ? 0 : (argument as DeviceMemory<Dtype>).byteOffset
      pointer += 2
    } else {
      writeValue(kernel, parameter, i, argument, where)
    }
  }
  return at
}

/** No GPU has such a kernel; the host device builds it. */
function tooLarge(kernel: Kernel, most: number): LaunchError {
  return new LaunchError(
    'ERR_HEDDLE_ARGUMENTS',
    `The kernel "${kernel.name}" takes arguments of ${kernel.argumentBytes} bytes; a launch carries at most ${most}`,
    kernel.name,
  )
}

/** The number of the memory that a pointer goes to; -1 for a null pointer. */
function memoryOf(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
  device: Device,
): number {
  if (argument === null) return -1
  if (!(argument instanceof DeviceMemory)) throw wrongType(kernel, parameter, index, argument)
  const { allocation } = argument
  if (allocation.disposed) {
    throw failure(
      'ERR_HEDDLE_DISPOSED',
      kernel,
      parameter,
      index,
      "was disposed of and can't be used any more",
    )
  }
  if (allocation.device !== device) {
    throw failure(
      'ERR_HEDDLE_DEVICE',
      kernel,
      parameter,
      index,
      "belongs to another device than the stream's",
    )
  }
  if (parameter.element !== undefined && parameter.element !== argument.dtype) {
    const reason = `must be an array of ${parameter.element}. Received one of ${argument.dtype}`
    throw failure('ERR_HEDDLE_DTYPE', kernel, parameter, index, reason)
  }
  return allocation.memory
}

function writeValue(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
  where: number,
): void {
  switch (parameter.type) {
    case 'f32':
      f32[where >> 2] = numberOf(kernel, parameter, index, argument)
      return
    case 'f64':
      f64[where >> 3] = numberOf(kernel, parameter, index, argument)
      return
    case 'u32':
      u32[where >> 2] = integerOf(kernel, parameter, index, argument, 0, 0xffff_ffff)
      return
    case 'i32':
      i32[where >> 2] = integerOf(kernel, parameter, index, argument, -0x8000_0000, 0x7fff_ffff)
      return
    case 'u64':
      u64[where >> 3] = bigOf(kernel, parameter, index, argument, 0n, 2n ** 64n - 1n)
      return
    case 'i64':
      i64[where >> 3] = bigOf(kernel, parameter, index, argument, -(2n ** 63n), 2n ** 63n - 1n)
      return
    case 'u16':
    case 'f16':
    case 'bf16':
      u16[where >> 1] = integerOf(kernel, parameter, index, argument, 0, 0xffff)
      return
    case 'i16':
      i16[where >> 1] = integerOf(kernel, parameter, index, argument, -0x8000, 0x7fff)
      return
    case 'u8':
    case 'f8e4m3':
    case 'f8e5m2':
      u8[where] = integerOf(kernel, parameter, index, argument, 0, 0xff)
      return
    case 'i8':
      i8[where] = integerOf(kernel, parameter, index, argument, -0x80, 0x7f)
      return
    case 'bool':
      if (typeof argument !== 'boolean') throw wrongType(kernel, parameter, index, argument)
      u8[where] = argument ? 1 : 0
      return
    default:
      writeBytes(kernel, parameter, index, argument, where)
  }
}

function numberOf(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
): number {
  if (typeof argument !== 'number') throw wrongType(kernel, parameter, index, argument)
  return argument
}

function integerOf(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
  least: number,
  most: number,
): number {
  if (
    typeof argument !== 'number' ||
    !(argument >= least && argument <= most) ||
    !Number.isInteger(argument)
  ) {
    throw wrongType(kernel, parameter, index, argument)
  }
  return argument
}

function bigOf(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
  least: bigint,
  most: bigint,
): bigint {
  const big = typeof argument === 'number' && Number.isSafeInteger(argument) ? BigInt(argument) : argument
  if (typeof big !== 'bigint' || big < least || big > most)
    throw wrongType(kernel, parameter, index, argument)
  return big
}

function writeBytes(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: KernelArgument,
  where: number,
): void {
  if (!(argument instanceof Uint8Array) || argument.length !== parameter.bytes) {
    throw wrongType(kernel, parameter, index, argument)
  }
  u8.set(argument, where)
}

/** What JavaScript passes for a type, in words. */
function wanted({ type, element, bytes }: PlacedParameter): string {
  if (type === 'void*') return 'a DeviceArray, a PinnedArray or null'
  if (element !== undefined) return `a DeviceArray or PinnedArray of ${element}, or null`
  if (type === 'bytes') return `a Uint8Array of ${bytes} bytes`
  if (type === 'bool') return 'a boolean'
  if (type === 'f32' || type === 'f64') return 'a number'
  return type === 'u64' || type === 'i64'
    ? `a bigint or whole number that fits ${type}`
    : `a whole number that fits ${type}`
}

function described(argument: unknown): string {
  if (typeof argument === 'object' && argument !== null) return `an instance of ${argument.constructor?.name}`
  return typeof argument === 'bigint' ? `${argument}n` : String(argument)
}

function wrongType(
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  argument: unknown,
): LaunchError {
  const reason = `must be ${wanted(parameter)}. Received ${described(argument)}`
  return failure('ERR_HEDDLE_ARGUMENTS', kernel, parameter, index, reason)
}

function failure(
  code: string,
  kernel: Kernel,
  parameter: PlacedParameter,
  index: number,
  reason: string,
): LaunchError {
  const name = parameter.name === '' ? `${index}` : `"${parameter.name}"`
  return new LaunchError(
    code,
    `Argument ${name} of the kernel "${kernel.name}" ${reason}`,
    kernel.name,
    index,
  )
}
