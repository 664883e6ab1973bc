import { originOf } from '../../http/plain-url.ts'
import { isUsedUp } from '../../http/request.ts'
import type { Policy } from '../policy.ts'
import { workOf } from '../work.ts'
import { isKeyRefused } from './key-lane.ts'

/**
 * Sends requests with the key that the limits select for them, replacing any key they have. A request whose key was
 * refused is admitted again and sent with another key: such a response means that the server did nothing. Keys are sent
 * only to the origin of the call's own request.
 */
export function pool(size: number): Policy {
  return {
    name: 'pool',
    async run(attempt, next) {
      const { call, request } = attempt
      attempt.credentials = undefined
      const origin = originOf(call.request.url)
      const isElsewhere = request !== call.request && originOf(request.url) !== origin
      if (isElsewhere || workOf(request) !== undefined) return await next(attempt)
      attempt.credentials = { origin, read: () => attempt.key!.credentials(), replaces: true }
      let outcome = await next(attempt)
      for (let others = size - 1; others > 0; others--) {
        if (outcome.kind !== 'response' || !isKeyRefused(outcome.response) || attempt.key!.others() === 0)
          return outcome
        if (isUsedUp(request.body) || call.stopReason !== undefined || attempt.cancellation.cancelled) return outcome
        outcome = await next(attempt)
      }
      return outcome
    },
  }
}
