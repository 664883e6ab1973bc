import { SluiceError } from '../../errors/sluice-error.ts'
import type { Call } from '../../policies/attempt.ts'
import { watchDeadline } from '../../policies/deadline/deadline.ts'
import { CancelledError } from '../../policies/errors.ts'
import { WorkError } from '../../policies/work.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { cancelError, unusable } from '../call-result.ts'
import type { StartedCall } from '../caller.ts'
import type { CallResult, Success } from '../result.ts'
import type { Each } from './options.ts'

/** Time in ms for a consumer to end after its call was cancelled. */
const endTime = 1_000

/** Runs the consumer (`each`) of a run, if it has one, on the results of its calls. */
export class CallConsumer {
  /** Number of results that the consumer is processing. */
  active = 0
  readonly #each: Each | undefined
  readonly #clock: Clock

  constructor(each: Each | undefined, clock: Clock) {
    this.#each = each
    this.#clock = clock
  }

  resultOf(started: StartedCall): Promise<CallResult> {
    return this.#each === undefined ? started.result : this.#consumed(started, this.#each)
  }

  /** Result of a call after its consumer. If the consumer leaves a body partly unread, the rest is cancelled. */
  async #consumed({ call, result, ended }: StartedCall, each: Each): Promise<CallResult> {
    const settled = await result
    if (!settled.ok) return settled
    let isEnded = false
    const end = ended.then(() => {
      isEnded = true
    })
    this.active++
    // Beyond the end of the body too: the consumer may wait for something else.
    const stopWatching = watchDeadline(call, this.#clock)
    const taken = await withCancelTimeout(take(settled, each, call), call, this.#clock)
    stopWatching()
    this.active--
    if (!isEnded) call.cancellation.cancel(new CancelledError('the rest of the body is not read'))
    await end
    return 'value' in taken ? { ...settled, value: taken.value } : unusable(settled, call, taken.error)
  }
}

type Taken = { readonly value: unknown } | { readonly error: SluiceError }

async function take(settled: Success, each: Each, { cancellation }: Call): Promise<Taken> {
  try {
    const context = {
      get signal() {
        return cancellation.signal
      },
    }
    return { value: await each(settled, context) }
  } catch (thrown) {
    if (cancellation.cancelled) return { error: cancelError(cancellation.reason) }
    return { error: thrown instanceof SluiceError ? thrown : new WorkError(thrown) }
  }
}

/** Resolves with the taken values, or, 1 s after a cancellation that the consumer ignores, with its reason. */
function withCancelTimeout(taking: Promise<Taken>, { cancellation }: Call, clock: Clock): Promise<Taken> {
  return new Promise((resolve) => {
    let timer: Timer | undefined
    const stopListening = cancellation.onCancel((reason) => {
      timer = clock.timer(endTime, () => resolve({ error: cancelError(reason) }))
    })
    taking.then((taken) => {
      stopListening()
      timer?.cancel()
      resolve(taken)
    })
  })
}
