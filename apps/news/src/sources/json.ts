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
