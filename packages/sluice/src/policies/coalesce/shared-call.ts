import type { Verdict } from '../../events/event.ts'
import { type Attempt, Call, type CallObserver } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'

/** The call that is sent for all that want the same. It goes on as long as one of them wants it. */
export class SharedCall extends Call {
  /** Those it is sent for, in the order in which they came. */
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
      observer: toldToFirst(users),
    })
    this.isCaller = first.isCaller
    this.#users = users
  }

  /** Those of a run are stopped all together. */
  override get stopReason(): unknown {
    return this.#users.values().next().value?.stopReason
  }

  override markAdmitted(): void {
    this.wasAdmitted = true
    for (const user of this.#users) user.markAdmitted()
  }

  /** Deadline of the call that waits longest. */
  applyDeadlines(): void {
    let latest = 0
    for (const { deadlineAt } of this.#users) latest = Math.max(latest, deadlineAt)
    this.deadlineAt = latest
  }
}

/** Records attempts once: in the call that has waited longest. */
function toldToFirst(users: ReadonlySet<Call>): CallObserver {
  const first = (): CallObserver | undefined => users.values().next().value?.observer
  return {
    onAttempt: (attempt: Attempt, outcome: Outcome, verdict: Verdict) => first()?.onAttempt(attempt, outcome, verdict),
    onBackoff: (attempt: Attempt, waited: number) => first()?.onBackoff(attempt, waited),
  }
}
