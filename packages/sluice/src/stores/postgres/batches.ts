import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../time/clock.ts'

export interface BatchSettings<Ask, Answer> {
  /** Sends some questions in one statement. Resolves with their answers in the same order. */
  readonly send: (asks: readonly Ask[]) => Promise<readonly Answer[]>
  /** Key of a question: no statement has two with the same. */
  readonly keyOf: (ask: Ask) => string
  readonly clock: Clock
  /** Milliseconds for an answer. Later the question is taken back, or its answer ignored. */
  readonly timeout: number
  readonly late: () => Error
}

/** Questions of one statement: the locks of a transaction have room in what PostgreSQL sets aside for each connection (64). */
const most = 50
/** Statements under way at the same time. */
const mostAtOnce = 4

interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly key: string
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Sends what is asked within one turn of the event loop, or while enough statements are under way, in one statement. */
export class Batches<Ask, Answer> {
  readonly #settings: BatchSettings<Ask, Answer>
  readonly #waiting = new Set<Waiting<Ask, Answer>>()
  #underWay = 0
  #isScheduled = false

  constructor(settings: BatchSettings<Ask, Answer>) {
    this.#settings = settings
  }

  /** Answer to one question. @throws what `send` throws; `late()` if there is no answer in time. */
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
    if (this.#isScheduled || this.#underWay >= mostAtOnce) return
    this.#isScheduled = true
    await nextTurn()
    this.#isScheduled = false
    while (this.#waiting.size > 0 && this.#underWay < mostAtOnce) void this.#send(this.#next())
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
