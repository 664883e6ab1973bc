import type { RequestInput } from '../http/request.ts'
import { secretsApart } from '../policies/auth/secrets-apart.ts'
import type { TokenKeeperParts } from '../policies/auth/token-keeper.ts'
import type { Caller } from './caller.ts'

/** Nobody can go before a token is there, so a request for one goes before all others. */
const first = Number.MAX_SAFE_INTEGER

/** How a token is asked for through the client itself: with its limits, retries and timeouts, but without its credentials. */
export function tokenSender(caller: () => Caller, deadline: number): TokenKeeperParts['send'] {
  return async (input, { waitsForRecovery, scope }, cancellation) => {
    const prepared = caller().prepare(goingFirst(input), 0)
    if (prepared.request === undefined) throw prepared.failure.error
    const { request, credentials } = secretsApart(prepared.request)
    const details = { index: 0, deadline, waitsForRecovery, scope, credentials: () => credentials }
    const { call, result } = caller().begin(request, details)
    cancellation.add(call.cancellation)
    const settled = await result
    cancellation.remove(call.cancellation)
    if (settled.ok) return settled
    throw settled.error
  }
}

function goingFirst(input: RequestInput): RequestInput {
  if (typeof input === 'string' || input instanceof URL) return { url: input, priority: first }
  // What is no request is told so by the client.
  return typeof input === 'object' && input !== null ? { priority: first, ...input } : input
}
