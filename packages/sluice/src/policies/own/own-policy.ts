import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import type { Attempt } from '../attempt.ts'
import { PolicyError } from '../errors.ts'
import { type Outcome, outcomeOfCancellation } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'

/** How long a policy may take to end when it has been cancelled and nothing is under way in it, in milliseconds. */
const endTime = 1_000

/**
 * A policy of somebody else's, kept from doing harm. What it throws becomes a failure that names it; it goes on once at
 * most; what it leaves under way is cancelled and waited for, so that a permit is never given back too early; it is not
 * waited for any longer than a second after a cancellation; and the request is put back.
 */
export function ownPolicy(policy: Policy, around: 'call' | 'attempt', clock: Clock): Policy {
  return {
    name: policy.name,
    async run(attempt, next) {
      const { request } = attempt
      const cancellation = around === 'call' ? attempt.call.cancellation : attempt.cancellation
      const within = new Within(policy.name, attempt, next)
      const outcome = await firstOf(runOf(policy, attempt, within), cancellation, within, clock)
      await within.end(cancellation)
      attempt.request = request
      return outcome
    },
  }
}

/** What is further in, as the policy reaches it. */
class Within {
  /** Settles with what is under way; at once if nothing is. Never rejects. */
  settled: Promise<void> = Promise.resolve()
  readonly #policy: string
  readonly #attempt: Attempt
  readonly #next: Next
  #hasBegun = false
  #isUnderWay = false
  #hasEnded = false

  constructor(policy: string, attempt: Attempt, next: Next) {
    this.#policy = policy
    this.#attempt = attempt
    this.#next = next
  }

  readonly next: Next = (attempt) => {
    // Nobody waits for it any more, and nothing may be sent that nobody accounts for.
    if (this.#hasEnded) return Promise.resolve({ kind: 'cancelled', reason: this.#error('went on after its end') })
    if (attempt !== this.#attempt) return Promise.reject(this.#error('went on with another attempt than its own'))
    if (this.#hasBegun) return Promise.reject(this.#error('went on twice, and limits count one request'))
    this.#hasBegun = true
    this.#isUnderWay = true
    const outcome = this.#next(attempt)
    const settle = (): void => {
      this.#isUnderWay = false
    }
    this.settled = outcome.then(settle, settle)
    return outcome
  }

  /** Ends what is left under way, and waits for that. */
  async end(cancellation: Cancellation): Promise<void> {
    this.#hasEnded = true
    if (!this.#isUnderWay) return
    cancellation.cancel(this.#error('ended before what it had begun'))
    await this.settled
  }

  #error(what: string): PolicyError {
    return new PolicyError(this.#policy, what)
  }
}

async function runOf(policy: Policy, attempt: Attempt, within: Within): Promise<Outcome> {
  try {
    const outcome: unknown = await policy.run(attempt, within.next)
    if (isOutcome(outcome)) return outcome
    return { kind: 'failure', error: new PolicyError(policy.name, 'gave no outcome: return what next(attempt) gives') }
  } catch (cause) {
    if (cause instanceof PolicyError) return { kind: 'failure', error: cause }
    const message = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'failure', error: new PolicyError(policy.name, `threw: ${message}`, cause) }
  }
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null) return false
  const { kind, response, error } = value as { kind?: unknown; response?: { status?: unknown }; error?: unknown }
  if (kind === 'response') return typeof response?.status === 'number'
  return kind === 'cancelled' || ((kind === 'failure' || kind === 'rejected') && error instanceof Error)
}

/** What the policy gives; or how it was cancelled, if it does not heed that. */
function firstOf(
  running: Promise<Outcome>,
  cancellation: Cancellation,
  within: Within,
  clock: Clock,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let hasEnded = false
    const stopListening = cancellation.onCancel(() => {
      within.settled.then(() => {
        if (hasEnded) return
        const timer = clock.timer(endTime, () => resolve(outcomeOfCancellation(cancellation.reason)))
        running.then(() => timer.cancel())
      })
    })
    running.then((outcome) => {
      hasEnded = true
      stopListening()
      resolve(outcome)
    })
  })
}
