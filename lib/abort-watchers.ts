/** What is told that a signal was aborted. Must not throw. */
export interface AbortWatcher {
  aborted(): void
}

/** The watchers of one signal. One listener serves them all, however many share the signal. */
class Watchers {
  readonly #signal: AbortSignal
  readonly #watchers = new Set<AbortWatcher>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  readonly #onAbort = (): void => {
    for (const watcher of this.#watchers) watcher.aborted()
  }

  add(watcher: AbortWatcher): void {
    if (this.#watchers.size === 0) this.#signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#watchers.add(watcher)
  }

  remove(watcher: AbortWatcher): void {
    this.#watchers.delete(watcher)
    if (this.#watchers.size !== 0) return
    // A signal may be somebody's own. What it throws here must not take the place of a result.
    try {
      this.#signal.removeEventListener('abort', this.#onAbort)
    } catch {}
  }
}

const watched = new WeakMap<AbortSignal, Watchers>()

/** Tells `watcher` when `signal` is aborted, until {@link unwatchAbort}. Precondition: it is not aborted yet. */
export function watchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  let watchers = watched.get(signal)
  if (watchers === undefined) {
    watchers = new Watchers(signal)
    watched.set(signal, watchers)
  }
  watchers.add(watcher)
}

/** The signal does not matter any more. Safe to call also when it was never watched. */
export function unwatchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  watched.get(signal)?.remove(watcher)
}
