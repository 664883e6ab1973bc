import type { Verdict } from '../../events/event.ts'
import { type Attempt, Call, type CallObserver } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'

/** Call sent for several identical calls. It continues as long as one of them waits for it. */
export class SharedCall extends Call {
  /** Calls it is sent for, in the order in which they joined. */
  readonly #users: ReadonlySet<Call>

  constructor(first: Call, users: ReadonlySet<Call>, now: number) {
    const { request, index, place, deadlineAt, backPressure, waitsForRecovery, followsRedirects, credentials, scope } =
      first
    super({
      request,
      index,
      arrival: place,
      startedAt: now,
      deadlineAt,
      backPressure,
      waitsForRecovery,
      followsRedirects,
      credentials,
      scope,
      observer: reportToFirst(users),
    })
    this.isCaller = first.isCaller
    this.#users = users
  }

  /** Calls of a run are always stopped together. */
  override get stopReason(): unknown {
    return this.#users.values().next().value?.stopReason
  }

  override markAdmitted(): void {
    this.wasAdmitted = true
    for (const user of this.#users) user.markAdmitted()
  }

  /** Sets the latest deadline of its calls. */
  applyDeadlines(): void {
    let latest = 0
    for (const { deadlineAt } of this.#users) latest = Math.max(latest, deadlineAt)
    this.deadlineAt = latest
  }
}

/** Records attempts once: in the call that has waited longest. */
function reportToFirst(users: ReadonlySet<Call>): CallObserver {
  const first = (): CallObserver | undefined => users.values().next().value?.observer
  return {
    onAttempt: (attempt: Attempt, outcome: Outcome, verdict: Verdict) => first()?.onAttempt(attempt, outcome, verdict),
    onBackoff: (attempt: Attempt, waited: number) => first()?.onBackoff(attempt, waited),
  }
}
