// Checked by `npm run types`; never run.
import {
  AbortError,
  type Capabilities,
  capabilities,
  HeddleError,
  LoadError,
  type SleepOptions,
  sleep,
} from 'heddle'
import type { Equal, Expect } from './equal.ts'

export type Sleep = Expect<Equal<ReturnType<typeof sleep>, Promise<void>>>

sleep(1)
sleep(1, {})
sleep(1, { signal: new AbortController().signal })
sleep(1, { signal: undefined })
export const options: SleepOptions = { signal: AbortSignal.timeout(1) }

// @ts-expect-error: needs a length
sleep()
// @ts-expect-error: of type number
sleep('1')
// @ts-expect-error: not a bigint
sleep(1n)
// @ts-expect-error: null is no signal
sleep(1, { signal: null })
// @ts-expect-error: unknown option
sleep(1, { ref: false })

export type Has = Expect<Equal<ReturnType<typeof capabilities>, Capabilities>>
export type Backend = Expect<Equal<Capabilities['io']['backend'], 'uring' | 'fallback'>>
export const { kernel }: { kernel: string } = capabilities()
// @ts-expect-error: it is a report
capabilities().io.backend = 'uring'
// @ts-expect-error: takes nothing
capabilities(1)

export const errors: HeddleError[] = [
  new AbortError(),
  new AbortError(AbortSignal.abort()),
  new LoadError(''),
]
export type Code = Expect<Equal<HeddleError['code'], string>>
// @ts-expect-error: code is stable
new HeddleError('code', 'message').code = 'other'
