import { ArgumentTypeError } from '../argument-errors.js'
import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { addon } from '../native.js'
import { validateInteger, validateObject } from '../validate.js'
import { deviceClosed } from './cuda-error.js'
import { bytesOf, type Dtype } from './dtype.js'
import type { KernelArgument, ParameterType } from './kernel-types.js'
import { LaunchError } from './launch-error.js'
import type { Library } from './library.js'
import { call } from './pending.js'

const collected = new FinalizationRegistry<number>((kernel) => {
  submit(opcode.dropKernel, 0, kernel, 0, 0, 0, 0, 0)
})

/** Where a parameter lies among the arguments, and what it takes. */
export interface PlacedParameter {
  readonly type: ParameterType
  readonly pointer: boolean
  /** Of what it points to; undefined when it is no pointer, or one to anything. */
  readonly element: Dtype | undefined
  readonly offset: number
  readonly bytes: number
  /** As the source has it; may be empty. */
  readonly name: string
}

/** How many blocks of a kernel fit. */
export interface Occupancy {
  /** Blocks that one multiprocessor holds at once. */
  readonly blocksPerMultiprocessor: number
  /** Threads of a block that keep the device busiest. */
  readonly suggestedBlock: number
  /** Blocks of that size that fill the device. */
  readonly suggestedGrid: number
}

/**
 * A kernel that a device has loaded, for `Stream.launch`. `A` are the arguments it takes. Made by `Device.compile` or
 * `Library.kernel`; its library goes when neither it nor any of its kernels is used any more.
 */
export class Kernel<A extends readonly KernelArgument[] = KernelArgument[]> {
  /** As the source has it. */
  readonly name: string
  /** What it takes, in order. */
  readonly parameters: readonly ParameterType[]
  /** Where it comes from. */
  readonly library: Library
  /** @internal Its number on the bridge. */
  readonly number: number
  /** @internal */
  readonly placed: readonly PlacedParameter[]
  /** @internal Bytes of all arguments. */
  readonly argumentBytes: number
  /** @internal How many of the parameters are pointers. */
  readonly pointers: number
  /** Nothing is there at run time: it only says what `A` is. */
  declare protected readonly takes: (...args: A) => void

  /** @internal */
  constructor(library: Library, name: string, number: number, placed: readonly PlacedParameter[]) {
    this.library = library
    this.name = name
    this.number = number
    this.placed = placed
    this.parameters = placed.map(({ type }) => type)
    const last = placed.at(-1)
    this.argumentBytes = last === undefined ? 0 : last.offset + last.bytes
    this.pointers = placed.filter(({ pointer }) => pointer).length
    collected.register(this, number)
  }

  /**
   * How many blocks of so many threads a multiprocessor holds at once, and which size would suit the kernel best.
   *
   * @param config `block`: threads of a block; `shared`: bytes of dynamic shared memory
   */
  occupancy(config: { readonly block: number; readonly shared?: number | undefined }): Promise<Occupancy> {
    validateObject(config, 'config')
    const { block, shared = 0 } = config
    validateInteger(block, 'config.block', 1, 1024)
    validateInteger(shared, 'config.shared', 0, 2 ** 31 - 1)
    if (this.library.device.closed) throw deviceClosed('occupancy')
    this.library.usable(this.name)
    return call(
      (id) => addon.occupancy(id, this.number, block, shared),
      (_value, id) => addon.takeDetail(id) as Occupancy,
    )
  }
}

/** Bytes that a parameter of a type takes; undefined: as many as it likes. */
function sizeOf(type: ParameterType): number | undefined {
  if (type === 'bytes') return undefined
  if (type === 'bool') return 1
  return type.endsWith('*') ? 8 : bytesOf(type as Dtype)
}

/**
 * Lays a declaration over what the device says of the kernel; throws when they don't agree.
 *
 * @param layout offset and bytes of each parameter
 */
export function place(
  kernel: string,
  types: readonly ParameterType[],
  names: readonly string[],
  layout: readonly (readonly [offset: number, bytes: number])[],
): PlacedParameter[] {
  if (types.length !== layout.length) {
    throw new LaunchError(
      'ERR_HEDDLE_KERNEL',
      `The kernel "${kernel}" takes ${layout.length} parameters; it was declared with ${types.length}`,
      kernel,
    )
  }
  return types.map((type, i) => {
    const [offset, bytes] = layout[i] as readonly [number, number]
    const size = sizeOf(type)
    if (size !== undefined && size !== bytes) {
      throw new LaunchError(
        'ERR_HEDDLE_KERNEL',
        `Parameter ${i} of the kernel "${kernel}" has ${bytes} bytes; it was declared as ${type}, which has ${size}`,
        kernel,
        i,
      )
    }
    const pointer = type.endsWith('*')
    const element = pointer && type !== 'void*' ? (type.slice(0, -1) as Dtype) : undefined
    return { type, pointer, element, offset, bytes, name: names[i] ?? '' }
  })
}

export function validateKernel(kernel: unknown): asserts kernel is Kernel {
  if (!(kernel instanceof Kernel)) throw new ArgumentTypeError('kernel', 'an instance of Kernel', kernel)
}
