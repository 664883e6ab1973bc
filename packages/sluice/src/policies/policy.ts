import type { Attempt } from './attempt.ts'
import type { Outcome } from './outcome.ts'

/** The rest of the way: everything further in, down to the wire. */
export type Next = (attempt: Attempt) => Promise<Outcome>

/** One concern on the way of a call. It may wait, refuse, repeat or change, and reports expected failures as values. */
export interface Policy {
  readonly name: string
  run(attempt: Attempt, next: Next): Promise<Outcome>
}

/** Nests policies, the first outermost, around `innermost`. */
export function compose(policies: readonly Policy[], innermost: Next): Next {
  return policies.reduceRight<Next>((next, policy) => (attempt) => runOf(policy, attempt, next), innermost)
}

/** Policies clean up when what is further in settles: so none of it may throw before it has given a promise. */
function runOf(policy: Policy, attempt: Attempt, next: Next): Promise<Outcome> {
  try {
    return policy.run(attempt, next)
  } catch (error) {
    return Promise.reject(error)
  }
}
