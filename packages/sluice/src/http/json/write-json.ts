import { JsonNumber } from './json-number.ts'

/**
 * Writes a value as JSON, as `JSON.stringify` does, and a bigint as the number that it is.
 *
 * @throws TypeError for circles, and RangeError for what is nested too deep
 */
export function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // For a bigint that is a TypeError. Only then: a replacer takes several times as long.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_name, one: unknown) =>
      typeof one === 'bigint' ? new JsonNumber(String(one)).toJSON() : one,
    )
  }
}
