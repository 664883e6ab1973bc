/** Place of one request among those in service or in the queue. */
export interface Place {
  /** Frees the place for the next in the queue. Further calls have no effect. */
  leave(): void
}

interface Waiting {
  readonly start: () => void
  state: 'waiting' | 'working' | 'gone'
}

/** A number of servers behind one first-come, first-served queue. */
export class Capacity {
  readonly #servers: number
  readonly #longestQueue: number
  #working = 0
  #waiting = 0
  #line: Waiting[] = []
  #head = 0
  #admitting = false

  constructor(servers: number = Number.POSITIVE_INFINITY, queue: number = Number.POSITIVE_INFINITY) {
    this.#servers = servers
    this.#longestQueue = queue
  }

  /** Calls `start` when a server is free, immediately if one is. Returns undefined when the queue is full. */
  enter(start: () => void): Place | undefined {
    if (this.#working >= this.#servers && this.#waiting >= this.#longestQueue) return undefined
    const waiting: Waiting = { start, state: 'waiting' }
    this.#line.push(waiting)
    this.#waiting++
    this.#admit()
    return { leave: () => this.#leave(waiting) }
  }

  #leave(waiting: Waiting): void {
    if (waiting.state === 'working') this.#working--
    if (waiting.state === 'waiting') this.#waiting--
    waiting.state = 'gone'
    this.#admit()
  }

  /** Iterative, not recursive: with answers that take no time, each end starts the next. */
  #admit(): void {
    if (this.#admitting) return
    this.#admitting = true
    while (this.#waiting > 0 && this.#working < this.#servers) {
      const next = this.#line[this.#head++]!
      if (next.state !== 'waiting') continue
      next.state = 'working'
      this.#waiting--
      this.#working++
      next.start()
    }
    this.#admitting = false
    this.#compact()
  }

  /** Drops served requests from the front, and those that left the queue once they are the majority. */
  #compact(): void {
    if (this.#line.length <= 64 || this.#line.length < 2 * this.#waiting) return
    this.#line = this.#line.slice(this.#head).filter(({ state }) => state === 'waiting')
    this.#head = 0
  }
}
