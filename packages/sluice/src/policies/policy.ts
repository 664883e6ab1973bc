import type { Attempt } from './attempt.ts'
import type { Outcome } from './outcome.ts'

/** Runs all inner policies, down to the transport. */
export type Next = (attempt: Attempt) => Promise<Outcome>

/**
 * Single concern in the handling of a call. It may wait, refuse, repeat or change, and returns expected failures as
 * values.
 */
export interface Policy {
  readonly name: string
  run(attempt: Attempt, next: Next): Promise<Outcome>
}

/** Nests policies around `innermost`, the first one outermost. */
export function compose(policies: readonly Policy[], innermost: Next): Next {
  return policies.reduceRight<Next>((next, policy) => (attempt) => runOf(policy, attempt, next), innermost)
}

/** Converts synchronous throws to rejections: policies clean up when the inner promise settles. */
function runOf(policy: Policy, attempt: Attempt, next: Next): Promise<Outcome> {
  try {
    return policy.run(attempt, next)
  } catch (error) {
    return Promise.reject(error)
  }
}
