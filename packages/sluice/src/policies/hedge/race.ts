import type { Verdict } from '../../events/event.ts'
import type { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'

interface Ended {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly verdict: Verdict
}

/**
 * One attempt, or two at the same request: the first success wins, and the other is cancelled. The race ends when both
 * have ended and their connections are torn down, so that everything that was sent is recorded.
 */
export class Race {
  readonly first: Attempt
  readonly #under = new Set<Attempt>()
  #loser: Ended | undefined
  #winner: Ended | undefined
  readonly #over = Promise.withResolvers<Outcome>()

  constructor(first: Attempt) {
    this.first = first
  }

  /** Final outcome. */
  get outcome(): Promise<Outcome> {
    return this.#over.promise
  }

  /** True if only the first attempt is in flight. */
  get isOpen(): boolean {
    return this.#under.size === 1 && this.#loser === undefined && this.#winner === undefined
  }

  /** True if one of the attempts succeeded. */
  get isWon(): boolean {
    return this.#winner?.verdict === 'success'
  }

  enter(attempt: Attempt, outcome: Promise<Outcome>, classify: (outcome: Outcome) => Verdict): void {
    this.#under.add(attempt)
    outcome.then((ended) => this.#end({ attempt, outcome: ended, verdict: classify(ended) }), this.#over.reject)
  }

  #end(ended: Ended): void {
    this.#under.delete(ended.attempt)
    if (this.#winner === undefined && ended.verdict === 'success') {
      this.#winner = ended
      for (const other of this.#under) other.cancellation.cancel(answeredFirst)
    } else if (this.#under.size > 0 || this.#winner !== undefined) this.#loser = ended
    else this.#winner = ended
    if (this.#under.size === 0) this.#finish(this.#winner!)
  }

  #finish({ attempt, outcome }: Ended): void {
    const { call } = this.first
    if (this.#loser !== undefined) {
      call.observer.onAttempt(this.#loser.attempt, this.#loser.outcome, this.#loser.verdict)
    }
    if (attempt !== this.first) this.first.answeredBy = attempt
    call.permitAt = attempt.admittedAt
    this.#over.resolve(outcome)
  }
}

const answeredFirst = new Error('another attempt was answered first')
