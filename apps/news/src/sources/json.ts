import { type CallResult, ClientError, ServerError, ThrottledError } from 'sluice'

/** A JSON object of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it is an object, and an empty one otherwise. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The value if it is text, and nothing otherwise. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** More than this no API says of an error. */
const longestRefusal = 65_536

/** The JSON with which a request was refused, or nothing if there is none. */
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
