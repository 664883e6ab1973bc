import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import { mergeHeaders } from '../../http/headers.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Protocol } from '../../transport/transport.ts'
import type { Outcome } from '../outcome.ts'

/** View of a call that a custom policy gets. */
export interface PolicyContext {
  /** The request that goes on unless `next` is given another one. */
  readonly request: ApiRequest
  /** Number of the attempt, from 1. */
  readonly number: number
  /** Aborted when a policy of `perCall` should end with its call, and one of `perAttempt` with its attempt. */
  readonly signal: AbortSignal
  /** Connection of this attempt so far. Times are milliseconds, added up over the hops of redirects. */
  readonly exchange: {
    /** Protocol of the connection, where the transport tells it. */
    readonly protocol: Protocol | undefined
    readonly connect: number
    readonly firstByte: number
  }
  readonly call: {
    /** The request as the caller gave it. */
    readonly request: ApiRequest
    /** Position in the input of the run, from 0. */
    readonly index: number
    /** Aborted by the caller, at the deadline, and when the client is closed. */
    readonly signal: AbortSignal
  }
}

/** Everything further in, down to the transport. Sends the request of the context, or a changed one in its place. */
export type Next = (changed?: ApiRequest | PolicyContext) => Promise<Outcome>

/** A custom policy: one concern around calls (`perCall`) or around each request that goes out (`perAttempt`). */
export interface Policy {
  /** Shown in errors. */
  readonly name: string
  /** Calls `next` once to go on. Returns its outcome, or another. Errors that it throws fail the call. */
  run(context: PolicyContext, next: Next): Promise<Outcome>
}

/** Changes of a request. Limits, identity and priority were settled before. */
export interface RequestChanges extends Partial<Pick<ApiRequest, 'method' | 'url' | 'body' | 'timeout'>> {
  /** Added to those of the request; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/**
 * Goes on with a changed request. Events, results and the policies outside never see the change.
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` for a header that cannot be sent.
 */
export async function withRequest(context: PolicyContext, changes: RequestChanges, next: Next): Promise<Outcome> {
  const { headers = {}, ...others } = changes
  const { request } = context
  return await next({ ...request, ...others, headers: mergeHeaders(request.headers, headers) })
}

/** The policies that were given, checked. @throws SettingsError that names the option and the place in its list. */
export function resolvePolicies(option: string, given: readonly Policy[] | undefined): readonly Policy[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw unexpected(option, 'a list of policies', given)
  for (const [index, policy] of (given as readonly Partial<Policy>[]).entries()) {
    if (typeof policy?.name === 'string' && policy.name !== '' && typeof policy.run === 'function') continue
    throw new SettingsError(`${option}[${index}]: expected a policy with a name and run(context, next)`)
  }
  return [...given]
}
