import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { addon } from '../native.js'
import { validateCString } from './c-string.js'
import { CudaError, deviceClosed } from './cuda-error.js'
import type { Device } from './device.js'
import { validateDtype } from './dtype.js'
import { Kernel, place } from './kernel.js'
import type { ArgumentsOf, ParameterType } from './kernel-types.js'
import { LaunchError } from './launch-error.js'
import { call } from './pending.js'

const collected = new FinalizationRegistry<number>((library) => {
  submit(opcode.dropLibrary, 0, library, 0, 0, 0, 0, 0)
})

/** cudaErrorSymbolNotFound */
const symbolNotFound = 500

/** Kernels that a device has loaded together, from an image or from source. Made by `Device.library` and `Device.compile`. */
export class Library implements Disposable {
  readonly device: Device
  /** What the compiler had to say, warnings for instance; empty for an image. */
  readonly log: string
  /** Whether the compiler was spared, because the same had been compiled before. */
  readonly cached: boolean
  readonly #number: number
  #disposed = false

  /** @internal */
  constructor(device: Device, number: number, { log, cached }: { log: string; cached: boolean }) {
    this.device = device
    this.#number = number
    this.log = log
    this.cached = cached
    collected.register(this, number, this)
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed
  }

  /**
   * A kernel by its name, with the parameters that it takes; there is nothing in an image from which TypeScript could infer
   * them. Their number and sizes are compared with those of the kernel.
   *
   * ```ts
   * const saxpy = await library.kernel('saxpy', ['u32', 'f32', 'f32*', 'f32*'])
   * ```
   *
   * @throws TypeError at the call; rejects with a {@link LaunchError} when there is no such kernel, or it takes something
   *   else
   */
  async kernel<const P extends readonly ParameterType[]>(
    name: string,
    parameters: P,
  ): Promise<Kernel<ArgumentsOf<P>>> {
    validateCString(name, 'name')
    if (!Array.isArray(parameters))
      throw new ArgumentTypeError('parameters', 'an instance of Array', parameters)
    for (const type of parameters) validateParameterType(type)
    const kernel = await this.find(name, parameters, [])
    if (kernel === undefined) {
      throw new LaunchError('ERR_HEDDLE_KERNEL', `The library has no kernel "${name}"`, name)
    }
    return kernel as Kernel<ArgumentsOf<P>>
  }

  /** @internal Undefined: there is none of that name. */
  async find(
    name: string,
    parameters: readonly ParameterType[],
    names: readonly string[],
  ): Promise<Kernel | undefined> {
    if (this.device.closed) throw deviceClosed('kernel')
    this.usable(name)
    try {
      return await call(
        (id) => addon.kernel(id, this.#number, name),
        (number, id) => {
          const layout = addon.takeDetail(id) as [number, number][]
          try {
            return new Kernel(this, name, number, place(name, parameters, names, layout))
          } catch (error) {
            submit(opcode.dropKernel, 0, number, 0, 0, 0, 0, 0)
            throw error
          }
        },
      )
    } catch (error) {
      if (error instanceof CudaError && error.number === symbolNotFound) return undefined
      throw error
    }
  }

  /** @internal Throws when it was disposed of. */
  usable(kernel: string): void {
    if (this.#disposed) {
      const message = `The library of the kernel "${kernel}" was disposed of and can't be used any more`
      throw new LaunchError('ERR_HEDDLE_DISPOSED', message, kernel)
    }
  }

  /** Unloads it, once the launches that were submitted are done. Its kernels can't be launched from here on. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    submit(opcode.dropLibrary, 0, this.#number, 0, 0, 0, 0, 0)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** Loads an image on a device: see `Device.library`. */
export function loadLibrary(device: Device, image: Uint8Array): Promise<Library> {
  if (!(image instanceof Uint8Array)) throw new ArgumentTypeError('image', 'an instance of Uint8Array', image)
  if (image.length === 0) throw new ArgumentValueError('image', image, 'is empty')
  return call(
    (id) => addon.loadLibrary(id, device.number, image),
    (number) => new Library(device, number, { log: '', cached: false }),
  )
}

function validateParameterType(type: unknown): asserts type is ParameterType {
  if (type === 'bool' || type === 'bytes' || type === 'void*') return
  validateDtype(typeof type === 'string' && type.endsWith('*') ? type.slice(0, -1) : type)
}
