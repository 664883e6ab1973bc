import { JsonNumber } from './json-number.ts'

/**
 * Serializes a value like `JSON.stringify`, with a bigint as a number.
 *
 * @throws TypeError for circular values, RangeError for values that are nested too deep
 */
export function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // A bigint throws a TypeError. A replacer is used only then, because it takes several times as long.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_name, one: unknown) =>
      typeof one === 'bigint' ? new JsonNumber(String(one)).toJSON() : one,
    )
  }
}
