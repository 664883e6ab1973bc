import { BoundedMap } from '../../algorithms/bounded-map.ts'
import type { Emitter } from '../../events/emitter.ts'
import type { Verdict } from '../../events/event.ts'
import { type ApiRequest, isRepeatable } from '../../http/request.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { Attempt } from '../attempt.ts'
import type { Outcome } from '../outcome.ts'
import type { Policy } from '../policy.ts'
import { HedgeBudget } from './hedge-budget.ts'
import type { HedgeSettings } from './options.ts'
import { Race } from './race.ts'

export interface HedgeParts {
  readonly clock: Clock
  readonly events: Emitter
  /** Admission, which knows if a second attempt would delay another call. */
  readonly admission: { hasSpareFor(request: ApiRequest): boolean }
  readonly classify: (outcome: Outcome) => Verdict
}

/** Maximum number of partitions with a budget; the oldest is dropped first. */
const maxBudgets = 1_000

/**
 * Sends a second attempt when the first is slow, and returns the first success. Runs outside admission, where both are
 * admitted and counted, and inside retry, which treats them as one.
 */
export function hedge(settings: HedgeSettings, parts: HedgeParts): Policy {
  const { clock, events, admission, classify } = parts
  const budgets = new BoundedMap<string, HedgeBudget>(maxBudgets)

  return {
    name: 'hedge',
    async run(first, next) {
      const { call, request } = first
      if (!isRepeatable(call.request) || call.stream !== undefined) return await next(first)
      const budget = budgets.getOrMake(call.request.partition, () => new HedgeBudget(settings))
      const { delay } = budget
      const race = new Race(first)
      let timer: Timer | undefined

      const sendSecond = (): void => {
        const isWanted = race.isOpen && !call.cancellation.cancelled && call.stopReason === undefined
        if (!isWanted || call.backPressure?.isOpen === false) return
        if (!budget.hasLeft || !admission.hasSpareFor(call.request)) return
        budget.take()
        const second = new Attempt(call, call.attempts + 1, clock, request)
        if (events.isHeard) {
          const after = clock.now() - first.admittedAt
          events.emit({ type: 'hedge.sent', at: clock.now(), request: call.request, attempt: second.number, after })
        }
        race.enter(second, next(second), classify)
      }
      if (delay !== undefined) {
        const wait = (): void => {
          first.whenAdmitted = undefined
          timer = clock.timer(delay, sendSecond)
        }
        first.whenAdmitted = wait
      }
      race.enter(first, next(first), classify)
      try {
        return await race.outcome
      } finally {
        timer?.cancel()
        const { requests, duration } = first.answeredBy ?? first
        if (first.requests > 0) budget.onFirst()
        if (requests > 0 && race.isWon) budget.onSuccess(clock.now(), duration)
      }
    },
  }
}
