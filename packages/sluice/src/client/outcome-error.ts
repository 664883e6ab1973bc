import type { SluiceError } from '../errors/sluice-error.ts'
import { type Judgement, throttledStatuses } from '../policies/classify.ts'
import type { Outcome } from '../policies/outcome.ts'
import { ClientError, ServerError, ThrottledError } from './errors.ts'

/** The error that an outcome stands for, unless it was cancelled by the caller. */
export function outcomeError(outcome: Outcome, { verdict, retryAt }: Judgement): SluiceError | undefined {
  switch (outcome.kind) {
    case 'cancelled':
      return undefined
    case 'failure':
    case 'rejected':
      return outcome.error
    case 'response': {
      const { response } = outcome
      if (verdict === 'throttled' || throttledStatuses.has(response.status))
        return new ThrottledError(response, retryAt)
      return response.status >= 500 ? new ServerError(response, retryAt) : new ClientError(response, retryAt)
    }
  }
}
