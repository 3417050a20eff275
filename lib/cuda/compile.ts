import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ArgumentTypeError } from '../argument-errors.js'
import { addon } from '../native.js'
import { validateObject } from '../validate.js'
import { validateCString } from './c-string.js'
import type { Device } from './device.js'
import type { Kernel } from './kernel.js'
import type { Kernels } from './kernel-signatures.js'
import { declarationsOf } from './kernel-source.js'
import { Library } from './library.js'
import { call } from './pending.js'

export interface CompileOptions {
  /** Of the source, in messages. Default: `kernels.cu`. */
  readonly name?: string | undefined
  /**
   * For NVRTC, such as `--use_fast_math` or `-DN=4`. The architecture is the device's unless it is said here. The host device
   * understands `-D`, `-U`, `-I`, `-include` and `-std=`, and skips the others.
   */
  readonly options?: readonly string[] | undefined
  /** Texts that the source includes, by the names under which it does. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Where what was compiled is kept, keyed by source, what it includes, options, device and compiler: a folder; `true`, the
   * default: heddle's own (`$HEDDLE_CACHE`, or `heddle/kernels` in `$XDG_CACHE_HOME` or `~/.cache`); `false`: nowhere.
   */
  readonly cache?: boolean | string | undefined
  /** The path of libnvrtc; of the C++ compiler on the host device. Default: the one that is found. */
  readonly compiler?: string | undefined
}

/** The folder of device_language.hpp, which ships with the package. */
const language = fileURLToPath(new URL('../../cuda/host', import.meta.url))

/** See `Device.compile`. */
export async function compile<const S extends string>(
  device: Device,
  source: S,
  options: CompileOptions = {},
): Promise<Kernels<S>> {
  const request = requestOf(source, options)
  const library = await call(
    (id) => addon.compile(id, device.number, request),
    (number, id) => new Library(device, number, addon.takeDetail(id) as { log: string; cached: boolean }),
    { compiled: request.name },
  )
  const found = await Promise.all(
    declarationsOf(source).map(({ name, parameters, names }) => library.find(name, parameters, names)),
  )
  // What the preprocessor left out is in the text, but not in the library.
  const kernels = found.filter((kernel): kernel is Kernel => kernel !== undefined)
  return Object.fromEntries(kernels.map((kernel) => [kernel.name, kernel])) as unknown as Kernels<S>
}

function requestOf(source: string, options: CompileOptions) {
  validateCString(source, 'source')
  validateObject(options, 'options')
  const { name = 'kernels.cu', options: flags = [], headers = {}, cache = true, compiler = '' } = options
  validateCString(name, 'options.name')
  if (!Array.isArray(flags)) throw new ArgumentTypeError('options.options', 'an array of strings', flags)
  flags.forEach((flag, i) => {
    validateCString(flag, `options.options[${i}]`)
  })
  validateObject(headers, 'options.headers')
  const texts = Object.entries(headers).map(([header, text]) => {
    validateCString(text, `options.headers.${header}`)
    validateCString(header, 'options.headers')
    if (header.startsWith('/') || header.split('/').includes('..')) {
      throw new ArgumentTypeError('options.headers', 'an object of relative names', header)
    }
    return { name: header, text }
  })
  if (typeof cache !== 'boolean' && typeof cache !== 'string')
    throw new ArgumentTypeError('options.cache', 'a boolean or a path', cache)
  if (typeof cache === 'string') validateCString(cache, 'options.cache')
  validateCString(compiler, 'options.compiler')
  return { source, name, options: flags, headers: texts, cache: folderOf(cache), compiler, language }
}

function folderOf(cache: boolean | string): string {
  if (typeof cache === 'string') return cache
  if (!cache) return ''
  const { HEDDLE_CACHE: own, XDG_CACHE_HOME: common } = process.env
  return own || join(common || join(homedir(), '.cache'), 'heddle', 'kernels')
}
