/** What the programs of fixtures/work.mjs do without end. */
export const kindsOfWork = [
  'copies',
  'loads',
  'allocs',
  'calls',
  'collectives',
  'graphs',
  'opens',
  'stuck',
] as const

/** Those that a device can do: a GPU is no group of two ranks, and its work does end. */
export function kindsOfWorkOn(device: number | 'host') {
  if (device === 'host') return kindsOfWork
  return kindsOfWork.filter((kind) => kind !== 'collectives' && kind !== 'stuck')
}
