import { messageOf } from '../errors/message-of.ts'
import { PolicyError } from '../policies/errors.ts'
import type { Client } from './client.ts'
import type { CallError } from './errors.ts'
import type { CallResult } from './result.ts'

/** Error of a failed call, and its result, as the caller gets them. */
export interface ErrorMapping {
  readonly error: (error: CallError) => unknown
  readonly result: (result: CallResult) => CallResult
}

/** Applies `mapError` of a client. If it throws or returns no error, the call fails with a `PolicyError`. */
export function errorMapping(mapError: ((error: CallError) => unknown) | undefined): ErrorMapping {
  if (mapError === undefined) return { error: (error) => error, result: (result) => result }
  const mapped = (error: CallError): unknown => {
    try {
      const made = mapError(error)
      return made instanceof Error
        ? made
        : new PolicyError('mapError', `returned ${kindOf(made)} instead of an error`, error)
    } catch (thrown) {
      return new PolicyError('mapError', `threw: ${messageOf(thrown)}`, thrown)
    }
  }
  return {
    error: mapped,
    result: (result) => (result.ok ? result : { ...result, error: mapped(result.error) as CallError }),
  }
}

function kindOf(value: unknown): string {
  return value instanceof Promise ? 'a promise' : value === null ? 'null' : typeof value
}

/** The client without its `mapError`: stores keep the codes of Sluice's own errors. Closing it closes `client`. */
export function withoutMapping(client: Client<unknown>): Client {
  return { ...client.extend({ mapError: (error) => error }), close: () => client.close() }
}
