import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import { mergeHeaders } from '../../http/headers.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Protocol } from '../../transport/transport.ts'
import type { Outcome } from '../outcome.ts'

/** View of a call for a custom policy. */
export interface PolicyContext {
  /** Request that is sent unless `next` is called with another one. */
  readonly request: ApiRequest
  /** Number of the attempt, from 1. */
  readonly number: number
  /** Aborted when the policy should end: with its call for `perCall`, with its attempt for `perAttempt`. */
  readonly signal: AbortSignal
  /** Connection of this attempt so far. Times are in ms, summed over the hops of redirects. */
  readonly exchange: {
    /** Protocol of the connection, if the transport reports it. */
    readonly protocol: Protocol | undefined
    readonly connect: number
    readonly firstByte: number
  }
  readonly call: {
    /** Original request of the caller. */
    readonly request: ApiRequest
    /** Position in the input of the run, from 0. */
    readonly index: number
    /** Aborted by the caller, at the deadline, and when the client is closed. */
    readonly signal: AbortSignal
  }
}

/** Runs all inner policies and the transport. Sends the request of the context, or a changed request instead. */
export type Next = (changed?: ApiRequest | PolicyContext) => Promise<Outcome>

/** Custom policy: wraps calls (`perCall`) or each request that is sent (`perAttempt`). */
export interface Policy {
  /** Name shown in errors. */
  readonly name: string
  /** Calls `next` once to continue. Returns its outcome, or another one. If it throws, the call fails. */
  run(context: PolicyContext, next: Next): Promise<Outcome>
}

/** Changes to a request. Limits, identity and priority have been fixed before. */
export interface RequestChanges extends Partial<Pick<ApiRequest, 'method' | 'url' | 'body' | 'timeout'>> {
  /** Added to the headers of the request; `undefined` removes a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/**
 * Continues with a changed request. Events, results and outer policies do not see the change.
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` for a header that cannot be sent.
 */
export async function withRequest(context: PolicyContext, changes: RequestChanges, next: Next): Promise<Outcome> {
  const { headers = {}, ...others } = changes
  const { request } = context
  return await next({ ...request, ...others, headers: mergeHeaders(request.headers, headers) })
}

/** Validates the policies. @throws SettingsError that names the option and the index in its list. */
export function resolvePolicies(option: string, given: readonly Policy[] | undefined): readonly Policy[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw unexpected(option, 'a list of policies', given)
  for (const [index, policy] of (given as readonly Partial<Policy>[]).entries()) {
    if (typeof policy?.name === 'string' && policy.name !== '' && typeof policy.run === 'function') continue
    throw new SettingsError(`${option}[${index}]: expected a policy with a name and run(context, next)`)
  }
  return [...given]
}
