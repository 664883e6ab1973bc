import type { Emitter } from '../../events/emitter.ts'
import type { Clock } from '../../time/clock.ts'
import type { BackPressure } from '../attempt.ts'
import { callerOf } from '../auth/auth.ts'
import type { Policy } from '../policy.ts'
import { Flight } from './flight.ts'
import { identityOf, isShareable } from './identity.ts'

/** Calls of one run, or all single calls: they are held back and stopped together. */
type Group = BackPressure | typeof singleCalls
const singleCalls = {}

/**
 * Coalesces identical calls at the same time into one. Runs outside everything but the deadline: a call that joins
 * takes no permit, no rate and no place in a queue.
 *
 * Single calls join single calls, and items of a run join items of the same run: a run that is held back, or waits for
 * a server to recover, must not delay other calls.
 *
 * `callerName` distinguishes callers whose credentials are in no header here. A call that joined a request that was
 * then sent with other credentials is sent on its own.
 */
export function coalesce(clock: Clock, events: Emitter, callerName?: () => string): Policy {
  const groups = new Map<Group, Map<string, Flight>>()

  return {
    name: 'coalesce',
    run(attempt, next) {
      const { call } = attempt
      if (!isShareable(call) || call.stream !== undefined || call.cancellation.cancelled) return next(attempt)
      const group = call.backPressure ?? singleCalls
      const flights = groups.get(group) ?? new Map<string, Flight>()
      const identity = identityOf(call, callerOf(call, callerName))
      const underWay = flights.get(identity)
      if (underWay !== undefined) {
        if (events.isHeard) events.emit({ type: 'call.joined', at: clock.now(), request: call.request })
        return underWay.wait(call).then((outcome) => {
          const { carrier } = call
          if (carrier?.isUnshared !== true || outcome.kind === 'cancelled') return outcome
          call.carrier = undefined
          return next(attempt)
        })
      }
      const flight = new Flight(call, next, clock, () => {
        if (flights.get(identity) === flight) flights.delete(identity)
        if (flights.size === 0 && groups.get(group) === flights) groups.delete(group)
      })
      groups.set(group, flights)
      flights.set(identity, flight)
      return flight.wait(call)
    },
  }
}
