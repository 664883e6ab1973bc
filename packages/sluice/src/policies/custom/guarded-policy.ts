import { messageOf, soundThrown } from '../../errors/message-of.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import type { Writable } from '../../errors/writable.ts'
import { mergeHeaders } from '../../http/headers.ts'
import type { ApiRequest } from '../../http/request.ts'
import { responseProblem } from '../../http/response.ts'
import { isSecretHeader } from '../../http/secret-names.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { formatDuration, ownTime } from '../../time/duration.ts'
import type { Attempt } from '../attempt.ts'
import { PolicyError } from '../errors.ts'
import { type Outcome, outcomeOfCancellation } from '../outcome.ts'
import type { Next as AnyNext, Policy as AnyPolicy } from '../policy.ts'
import type { Next, Policy, PolicyContext } from './policy.ts'

/** Time in ms that a policy has to return after its cancellation, once nothing is in flight within it. */
const endTime = 1_000

/**
 * Wraps a custom policy so that it can do no harm. Errors it throws become a failure that names it; it can call `next`
 * only once; an inner call that it leaves in progress is cancelled and awaited, so that no permit is released too
 * early; after a cancellation the client waits at most a second for it; and the request is restored.
 */
export function guardedPolicy(policy: Policy, around: 'call' | 'attempt', clock: Clock): AnyPolicy {
  return {
    name: policy.name,
    async run(attempt, next) {
      const { request } = attempt
      const cancellation = around === 'call' ? attempt.call.cancellation : attempt.cancellation
      const context = new Context(attempt, cancellation)
      const within = new Within(policy.name, context, attempt, next)
      const outcome = await firstOf(runOf(policy, context, within, cancellation), cancellation, within, clock)
      await within.end(cancellation)
      attempt.request = request
      return outcome
    },
  }
}

/** Restricted view of an attempt. Platform signals are created when they are read. */
class Context implements PolicyContext {
  readonly request: ApiRequest
  readonly number: number
  readonly #attempt: Attempt
  readonly #cancellation: Cancellation

  constructor(attempt: Attempt, cancellation: Cancellation) {
    this.request = attempt.request
    this.number = attempt.number
    this.#attempt = attempt
    this.#cancellation = cancellation
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal
  }

  get exchange(): PolicyContext['exchange'] {
    const { protocol, connect, firstByte } = this.#attempt
    return { protocol, connect, firstByte }
  }

  get call(): PolicyContext['call'] {
    const { request, index, cancellation } = this.#attempt.call
    return {
      request,
      index,
      get signal() {
        return cancellation.signal
      },
    }
  }
}

/** Inner call, as seen by the policy. */
class Within {
  /** Settles with the inner call; immediately if there is none. Never rejects. */
  settled: Promise<void> = Promise.resolve()
  readonly #policy: string
  readonly #context: Context
  readonly #attempt: Attempt
  readonly #next: AnyNext
  #hasBegun = false
  #isUnderWay = false
  #hasEnded = false

  constructor(policy: string, context: Context, attempt: Attempt, next: AnyNext) {
    this.#policy = policy
    this.#context = context
    this.#attempt = attempt
    this.#next = next
  }

  readonly next: Next = (changed = this.#context) => {
    // Its outcome is no longer awaited, and every request must be counted.
    if (this.#hasEnded) return Promise.resolve({ kind: 'cancelled', reason: this.error('called next() after its end') })
    if (this.#hasBegun) return Promise.reject(this.error('called next() twice, but the limits count one request'))
    const attempt = this.#attempt
    const before = attempt.request
    try {
      attempt.request = checkedRequest(changed === this.#context ? changed.request : (changed as ApiRequest), before)
    } catch (cause) {
      return Promise.reject(new PolicyError(this.#policy, `changed the request: ${messageOf(cause)}`, cause))
    }
    this.#hasBegun = true
    // Outer policies distinguish callers by the credentials the request had there.
    if (hasOtherCredentials(attempt.request, before)) attempt.call.isUnshared = true
    this.#isUnderWay = true
    const outcome = this.#next(attempt)
    const settle = (): void => {
      this.#isUnderWay = false
    }
    this.settled = outcome.then(settle, settle)
    return outcome
  }

  /** True if an inner call is in progress. */
  get isUnderWay(): boolean {
    return this.#isUnderWay
  }

  /** Cancels an inner call in progress and waits until it has ended. */
  async end(cancellation: Cancellation): Promise<void> {
    this.#hasEnded = true
    if (!this.#isUnderWay) return
    cancellation.cancel(this.error('ended before its inner call'))
    await this.settled
  }

  error(what: string): PolicyError {
    return new PolicyError(this.#policy, what)
  }
}

function hasOtherCredentials(request: ApiRequest, before: ApiRequest): boolean {
  if (request.headers === before.headers) return false
  return Object.keys(request.headers).some(
    (name) => request.headers[name] !== before.headers[name] && isSecretHeader(name),
  )
}

async function runOf(policy: Policy, context: Context, within: Within, cancellation: Cancellation): Promise<Outcome> {
  try {
    return checkedOutcome(await policy.run(context, within.next), policy)
  } catch (thrown) {
    // Waits with the signal reject with its reason.
    if (cancellation.cancelled && thrown === cancellation.reason) return outcomeOfCancellation(thrown)
    const cause = soundThrown(thrown)
    if (cause instanceof PolicyError) return { kind: 'failure', error: cause }
    return { kind: 'failure', error: new PolicyError(policy.name, `threw: ${messageOf(cause)}`, cause) }
  }
}

/** Returns the outcome if all its fields that others read are valid. @throws what its getters throw */
function checkedOutcome(value: unknown, { name }: Policy): Outcome {
  const outcome = (typeof value === 'object' ? value : undefined) as Outcome | null | undefined
  switch (outcome?.kind) {
    case 'response': {
      const problem = responseProblem(outcome.response)
      if (problem === undefined) return outcome
      throw new PolicyError(name, `returned an invalid response: ${problem}`)
    }
    case 'failure':
    case 'rejected':
      if (outcome.error instanceof SluiceError) return outcome
      throw new PolicyError(name, `returned a failure: ${messageOf(outcome.error)}`, outcome.error)
    case 'cancelled':
      return outcome
    default:
      throw new PolicyError(name, 'returned no outcome: return the result of next()')
  }
}

/** Outcome of the policy, or that of the cancellation if the policy ignores it. */
function firstOf(
  running: Promise<Outcome>,
  cancellation: Cancellation,
  within: Within,
  clock: Clock,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let hasEnded = false
    let timer: Timer
    const watch = (): void => {
      timer = clock.timer(ownTime, () => {
        if (within.isUnderWay) void within.settled.then(() => hasEnded || watch())
        else cancellation.cancel(within.error(`spent ${formatDuration(ownTime)} without an inner call`))
      })
    }
    watch()
    const stopListening = cancellation.onCancel(() => {
      timer.cancel()
      within.settled.then(() => {
        if (hasEnded) return
        const end = clock.timer(endTime, () => resolve(outcomeOfCancellation(cancellation.reason)))
        running.then(() => end.cancel())
      })
    })
    running.then((outcome) => {
      hasEnded = true
      timer.cancel()
      stopListening()
      resolve(outcome)
    })
  })
}

/**
 * Request as changed by a policy. Fields that it may change are copied; limits, identity and priority stay.
 *
 * @throws SettingsError for headers that cannot be sent, TypeError for an invalid URL
 */
function checkedRequest(changed: ApiRequest, original: ApiRequest): ApiRequest {
  if (changed === original) return original
  const { method, url, headers, body, timeout } = changed
  if (typeof method !== 'string') throw new TypeError('its method is not text')
  if (!/^https?:$/.test(new URL(url).protocol)) throw new TypeError('its url is neither http nor https')
  const request: Writable<ApiRequest> = { ...original, method, url, headers: mergeHeaders({}, headers) }
  delete request.body
  delete request.timeout
  if (body !== undefined) request.body = body
  if (timeout !== undefined) request.timeout = timeout
  return request
}
