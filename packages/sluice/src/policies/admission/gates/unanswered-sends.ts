import type { Sent } from '../../../algorithms/rate/send-ledger.ts'
import type { Attempt } from '../../attempt.ts'
import type { Settled } from './gate.ts'

interface Taken {
  readonly sent: Sent | undefined
  readonly at: number
  /** Time in ms that earlier hops of the attempt took. */
  readonly connect: number
  readonly firstByte: number
}

/** Times of a send that got a response. */
export interface AnsweredSend {
  readonly sent: Sent
  /** Time from its permit to the start of the response. The time of the body gives no evidence about the network. */
  readonly roundTrip: number
  /** Part of `roundTrip` before the request left: in a burst of calls, and while a connection was opened. */
  readonly leaving: number
}

/** Sends without a response yet. A response shows when the request had arrived. */
export class UnansweredSends {
  readonly #taken = new Map<Attempt, Taken>()

  add(now: number, attempt: Attempt, sent: Sent | undefined): void {
    const { connect, firstByte } = attempt
    this.#taken.set(attempt, { sent, at: now, connect, firstByte })
  }

  get(attempt: Attempt): Taken | undefined {
    return this.#taken.get(attempt)
  }

  /** Time of a settled request from its permit until it left; undefined if it never did. */
  leavingOf({ attempt, admittedAt }: Settled): number | undefined {
    const taken = this.#taken.get(attempt)
    return taken === undefined || !attempt.wasSent ? undefined : leavingOf(taken, attempt, admittedAt)
  }

  /** Removes a send that has settled. Returns its times if it got a response other than a refusal. */
  settle({ attempt, outcome, verdict, admittedAt }: Settled): AnsweredSend | undefined {
    const taken = this.#taken.get(attempt)
    this.#taken.delete(attempt)
    if (taken?.sent === undefined || outcome.kind !== 'response' || verdict === 'throttled') return undefined
    const leaving = leavingOf(taken, attempt, admittedAt)
    return { sent: taken.sent, leaving, roundTrip: leaving + attempt.firstByte - taken.firstByte }
  }
}

function leavingOf(taken: Taken, attempt: Attempt, admittedAt: number): number {
  return Math.max(0, admittedAt - taken.at) + attempt.connect - taken.connect
}
