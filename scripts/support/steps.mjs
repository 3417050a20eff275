import { Failure } from './run.mjs'

/** Runs named steps in order, adds up the test cases they count, and stops at the first that fails. */
export class Steps {
  #start = performance.now()
  #passed = 0
  #failed = 0
  #skipped = 0
  #skippedNames = new Set()

  /** `body` throws a Failure, or returns { passed, failed, skipped, skippedNames } where it counts cases. */
  async run(name, body) {
    if (this.#failed) return
    const start = performance.now()
    console.error(`\n== ${name} [${this.#seconds(this.#start)}]`)
    try {
      const tally = await body()
      this.#passed += tally?.passed ?? 0
      this.#failed += tally?.failed ?? 0
      this.#skipped += tally?.skipped ?? 0
      for (const skipped of tally?.skippedNames ?? []) this.#skippedNames.add(skipped)
    } catch (error) {
      this.#failed++
      console.error(error instanceof Failure ? error.message : error)
    }
    const verdict = this.#failed ? 'FAILED' : 'ok'
    console.error(`-- ${name}: ${verdict} in ${this.#seconds(start)}`)
  }

  /** Prints what was skipped and the closing line; the exit code says whether all passed. */
  close() {
    if (this.#skippedNames.size) console.log('\n!! SKIPPED, so not known to work here:')
    for (const name of this.#skippedNames) console.log(`!!   ${name}`)
    const skipped = this.#skipped ? `, ${this.#skipped} skipped` : ''
    console.log(`\nall steps took ${this.#seconds(this.#start)}`)
    console.log(`${this.#passed} passed, ${this.#failed} failed${skipped}`)
    process.exitCode = this.#failed ? 1 : 0
  }

  #seconds(since) {
    return `${((performance.now() - since) / 1000).toFixed(1)} s`
  }
}
