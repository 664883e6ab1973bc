import type { Emitter } from '../events/emitter.ts'
import type { Policy } from '../policies/policy.ts'
import type { Clock } from '../time/clock.ts'

/** Tells listeners that an attempt goes out. */
export function announceAttempts(clock: Clock, events: Emitter): Policy {
  return {
    name: 'announceAttempts',
    run(attempt, next) {
      if (events.isHeard) {
        const { request, number, queued } = attempt
        events.emit({ type: 'attempt.started', at: clock.now(), request, attempt: number, queued })
      }
      return next(attempt)
    },
  }
}
