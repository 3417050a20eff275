/** One measurement; what it resolves to is the sample. */
export type Measure = () => Promise<number> | number

export interface RoundOptions {
  readonly rounds: number
  /** Rounds before the first that counts: compilers, caches and thread pools settle. */
  readonly warmups: number
}

/**
 * Runs all contenders in turn, round after round, so that whatever else the machine does strikes all of them
 * alike; a run of one contender after the other would give the drift of a shared machine to whoever came
 * last. Each round starts with another contender, so that none always follows the same one. Resolves to the
 * samples in the order of the rounds.
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Measure>>,
  { rounds, warmups }: RoundOptions,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Measure>(contenders).map(([name, measure]) => ({
    name,
    measure,
    samples: [] as number[],
  }))
  for (let round = -warmups; round < rounds; round += 1) {
    const first = (round + warmups) % entries.length
    for (const { measure, samples } of [...entries.slice(first), ...entries.slice(0, first)]) {
      const sample = await measure()
      if (round >= 0) samples.push(sample)
    }
  }
  return Object.fromEntries(entries.map(({ name, samples }) => [name, samples])) as Record<Name, number[]>
}
