import { availableParallelism } from 'node:os'
import { capabilities } from 'heddle'
import { availability, type Device, devices } from 'heddle/cuda'
import { row } from './format.js'

const reasons: Readonly<Record<string, string>> = {
  'not-built': 'this build has no CUDA in it',
  'no-driver': 'there is no NVIDIA driver',
  'old-driver': 'the NVIDIA driver is too old',
  'no-device': 'the driver finds no GPU',
}

/** What this machine has, and what of it the demo uses. */
export function reportHost(device: Device, onHost: boolean): void {
  const { kernel, io } = capabilities()
  console.log('This host')
  console.log(row('Node', `${process.version}, ${availableParallelism()} CPUs`))
  console.log(row('Kernel', `Linux ${kernel}`))
  console.log(row('File I/O', `${backendName()} (${io.reason})`))
  console.log(row('CUDA', cudaLine()))
  const { remedy } = availability()
  if (remedy) console.log(row('', remedy))
  console.log(row('Device in use', device.info.name))
  if (onHost) console.log(row('', 'No GPU is used: copies and kernels run on CPU threads of this host.'))
}

export function backendName(): string {
  return capabilities().io.backend === 'uring' ? 'io_uring' : 'threads'
}

function cudaLine(): string {
  const { ok, reason, driver, runtime } = availability()
  if (!ok) return `not available: ${(reason && reasons[reason]) ?? reason ?? 'for a reason unknown'}`
  const names = devices().map((info) => info.name)
  return `${names.join(', ')} (driver ${version(driver)}, runtime ${version(runtime)})`
}

/** CUDA writes 13.1 as 13010. */
function version(number: number): string {
  return `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`
}
