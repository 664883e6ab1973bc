import type { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import type { Outcome } from '../policies/outcome.ts'
import { waitAsked } from '../policies/retry/should-retry.ts'
import { ClientError, ServerError, ThrottledError } from './errors.ts'

/** The error that an outcome stands for, unless it was cancelled by the caller. */
export function outcomeError(outcome: Outcome, verdict: Verdict, wallTime: number): SluiceError | undefined {
  switch (outcome.kind) {
    case 'cancelled':
      return undefined
    case 'failure':
    case 'rejected':
      return outcome.error
    case 'response': {
      const { response } = outcome
      if (verdict === 'throttled' || response.status === 429) {
        const asked = waitAsked(outcome, wallTime)
        return new ThrottledError(response, asked === undefined ? undefined : wallTime + asked)
      }
      return response.status >= 500 ? new ServerError(response) : new ClientError(response)
    }
  }
}
