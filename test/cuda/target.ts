import { availability, type Device, type OpenOptions, open, type Stream } from 'heddle/cuda'
import { describe, it, onTestFinished } from 'vitest'

/** Opens the host device for one test, and closes it after. */
export async function openHost(
  host: NonNullable<OpenOptions['host']> = {},
  options: OpenOptions = {},
): Promise<Device> {
  return closedLater(await open('host', { ...options, host }))
}

export function closedLater(device: Device): Device {
  onTestFinished(() => device.close())
  return device
}

/** A device that the contract suite runs against. */
export interface Target {
  readonly id: number | 'host'
  /** Opens it for one test. */
  open(options?: OpenOptions): Promise<Device>
  /** Opens it for one test, with a stream. */
  stream(): Promise<{ gpu: Device; stream: Stream }>
}

function target(id: number | 'host'): Target {
  const openIt = async (options?: OpenOptions) => closedLater(await open(id, options))
  return {
    id,
    open: openIt,
    stream: async () => {
      const gpu = await openIt()
      return { gpu, stream: gpu.stream() }
    },
  }
}

const { ok, reason } = availability()

/** Describes what every device must do: on the host device always, on GPU 0 where there is one. */
export function onEachDevice(title: string, body: (target: Target) => void): void {
  describe(`${title}, on the host device`, () => body(target('host')))
  onGpu(title, body)
}

/** Describes what only a GPU does. */
export function onGpu(title: string, body: (target: Target) => void): void {
  describe.skipIf(!ok)(`${title}, on GPU 0`, () => {
    if (ok) body(target(0))
    else it(`has no GPU to run on: ${reason}`, () => undefined)
  })
}
