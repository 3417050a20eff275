/** A queue in a ring that grows as it fills. */
export class Ring<T> {
  #slots = new Array<T | undefined>(8)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value
    ++this.#length
  }

  /** Precondition: it is not empty. */
  shift(): T {
    const value = this.#slots[this.#head] as T
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    --this.#length
    return value
  }

  #grow(): void {
    const inOrder = [...this.#slots.slice(this.#head), ...this.#slots.slice(0, this.#head)]
    inOrder.length *= 2
    this.#slots = inOrder
    this.#head = 0
  }
}
