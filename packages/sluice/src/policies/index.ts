/**
 * Building blocks for custom policies.
 *
 * @module sluice/policies
 */

export { type Next, type PolicyContext, type RequestChanges, withRequest } from './custom/policy.ts'
export type { Outcome } from './outcome.ts'
