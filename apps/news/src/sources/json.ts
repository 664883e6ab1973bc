import { type CallResult, ClientError, ServerError, ThrottledError } from 'sluice'
import { isObject } from 'sluice/internal'

/** A JSON object with unknown fields. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Returns the value if it is an object, otherwise an empty object. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** Returns the value if it is a string, otherwise undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Maximum number of bytes of an error response. */
const longestRefusal = 65_536

/** JSON body of a rejected request; undefined if there is none. */
export function refusalOf({ error }: CallResult & { readonly ok: false }): unknown {
  if (!(error instanceof ClientError || error instanceof ServerError || error instanceof ThrottledError))
    return undefined
  const { body } = error.response
  if (body.byteLength > longestRefusal) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
