import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../time/clock.ts'

export interface BatchSettings<Ask, Answer> {
  /** Sends several requests in one statement. Resolves with their answers in the same order. */
  readonly send: (asks: readonly Ask[]) => Promise<readonly Answer[]>
  /** Key of a request. A statement never contains two requests with the same key. */
  readonly keyOf: (ask: Ask) => string
  readonly clock: Clock
  /** Timeout of an answer in ms. A waiting request is then withdrawn; the answer to a sent one is ignored. */
  readonly timeout: number
  readonly late: () => Error
}

/** Maximum number of requests per statement. Their locks fit into the 64 that PostgreSQL reserves per connection. */
const most = 50
/** Maximum number of statements in flight. */
const maxAtOnce = 4

interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly key: string
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Batches requests that are made within one turn of the event loop, or while enough statements are in flight, into one
 * statement.
 */
export class Batches<Ask, Answer> {
  readonly #settings: BatchSettings<Ask, Answer>
  readonly #waiting = new Set<Waiting<Ask, Answer>>()
  #underWay = 0
  #isScheduled = false

  constructor(settings: BatchSettings<Ask, Answer>) {
    this.#settings = settings
  }

  /** Sends a request. @throws the errors of `send`; `late()` if there is no answer in time. */
  ask(ask: Ask): Promise<Answer> {
    const { keyOf, clock, timeout, late } = this.#settings
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const waiting: Waiting<Ask, Answer> = { ask, key: keyOf(ask), resolve, reject }
    const timer = clock.timer(timeout, () => {
      this.#waiting.delete(waiting)
      reject(late())
    })
    this.#waiting.add(waiting)
    void this.#schedule()
    return promise.finally(() => timer.cancel())
  }

  async #schedule(): Promise<void> {
    if (this.#isScheduled || this.#underWay >= maxAtOnce) return
    this.#isScheduled = true
    await nextTurn()
    this.#isScheduled = false
    while (this.#waiting.size > 0 && this.#underWay < maxAtOnce) void this.#send(this.#next())
  }

  #next(): Waiting<Ask, Answer>[] {
    const batch = new Map<string, Waiting<Ask, Answer>>()
    for (const waiting of this.#waiting) {
      if (batch.has(waiting.key)) continue
      batch.set(waiting.key, waiting)
      this.#waiting.delete(waiting)
      if (batch.size === most) break
    }
    return [...batch.values()]
  }

  async #send(batch: readonly Waiting<Ask, Answer>[]): Promise<void> {
    this.#underWay++
    try {
      const answers = await this.#settings.send(batch.map(({ ask }) => ask))
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]!)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#underWay--
      if (this.#waiting.size > 0) void this.#schedule()
    }
  }
}
