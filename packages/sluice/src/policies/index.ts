/**
 * Building blocks for custom policies.
 *
 * @module sluice/policies
 */

export type { Outcome } from './outcome.ts'
export { type RequestChanges, withRequest } from './own/with-request.ts'
export type { Next, Policy } from './policy.ts'
