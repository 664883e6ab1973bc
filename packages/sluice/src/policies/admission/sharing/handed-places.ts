import type { HeldPlaces } from '../../../algorithms/concurrency/concurrency-leases.ts'
import type { Clock, Timer } from '../../../time/clock.ts'

type Receive = (handed: HeldPlaces, askedAt: number) => void

/** First wait in ms before a question, which is doubled after each one without news, up to the longest. */
const firstWait = 20
const longestWait = 100

/**
 * Watches the places that other processes release to this one. One question covers all keys that wait, such as the
 * only places of hundreds of hosts, and requests for each of them would cost the source as much as the calls.
 */
export class HandedPlaces {
  readonly #clock: Clock
  readonly #ask: () => Promise<ReadonlyMap<string, HeldPlaces>>
  readonly #watching = new Map<string, Receive>()
  #wait = firstWait
  #timer: Timer | undefined
  #isAsking = false

  constructor(clock: Clock, ask: () => Promise<ReadonlyMap<string, HeldPlaces>>) {
    this.#clock = clock
    this.#ask = ask
  }

  /** Calls `receive` with the places of a key. Returns a function that ends it. */
  watch(key: string, receive: Receive): () => void {
    this.#watching.set(key, receive)
    this.#schedule()
    return () => {
      if (this.#watching.get(key) === receive) this.#watching.delete(key)
    }
  }

  close(): void {
    this.#watching.clear()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isAsking || this.#watching.size === 0) return
    this.#timer = this.#clock.timer(this.#wait, () => {
      this.#timer = undefined
      if (this.#watching.size > 0) void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#isAsking = true
    const askedAt = this.#clock.now()
    let hasNews = false
    try {
      for (const [key, handed] of await this.#ask()) {
        const receive = this.#watching.get(key)
        hasNews ||= receive !== undefined
        receive?.(handed, askedAt)
      }
    } catch {
      // The next request for places fails too, and is reported.
    }
    this.#isAsking = false
    this.#wait = hasNews ? firstWait : Math.min(longestWait, 2 * this.#wait)
    this.#schedule()
  }
}
