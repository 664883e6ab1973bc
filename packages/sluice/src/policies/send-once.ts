import type { ApiResponse } from '../http/response.ts'
import type { Clock } from '../time/clock.ts'
import { AttemptTimeoutError, BodyError, TransportError, TransportFaultError } from '../transport/errors.ts'
import type { Transport } from '../transport/transport.ts'
import type { Attempt } from './attempt.ts'
import type { Outcome } from './outcome.ts'
import type { Next } from './policy.ts'

/** How long a transport may take to tear a cancelled exchange down, in milliseconds, before it is taken as gone. */
const tearDownTime = 1_000

/** The innermost step: the only place where what a transport throws becomes an outcome. */
export function sendOnce(transport: Transport, clock: Clock): Next {
  return async (attempt) => {
    if (attempt.cancellation.cancelled) return outcomeOf(attempt, undefined)
    try {
      const response = await boundedSend(transport, attempt, clock)
      return { kind: 'response', response }
    } catch (error) {
      return outcomeOf(attempt, error)
    }
  }
}

function boundedSend(transport: Transport, attempt: Attempt, clock: Clock): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const stopListening = attempt.cancellation.onCancel(() => {
      const timer = clock.timer(tearDownTime, () => reject(new Error('the transport did not heed its cancellation')))
      const giveBack = (): void => timer.cancel()
      sending.then(giveBack, giveBack)
    })
    const sending = transport.send(attempt.request, attempt)
    sending.then(
      (response) => {
        stopListening()
        resolve(response)
      },
      (error) => {
        stopListening()
        reject(error)
      },
    )
  })
}

function outcomeOf(attempt: Attempt, error: unknown): Outcome {
  if (attempt.cancellation.cancelled) {
    const { reason } = attempt.cancellation
    return reason instanceof AttemptTimeoutError ? { kind: 'failure', error: reason } : { kind: 'cancelled', reason }
  }
  if (error instanceof TransportError || error instanceof BodyError) return { kind: 'failure', error }
  return { kind: 'failure', error: new TransportFaultError(error) }
}
