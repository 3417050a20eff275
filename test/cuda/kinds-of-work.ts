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
