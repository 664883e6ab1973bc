import { parsePreserving, preserveExact, preserveSource } from './exact-numbers.ts'
import { isNestedDeeper, isTooDeep, JsonTooDeepError, maxJsonDepth } from './nesting.ts'

/**
 * Handling of JSON numbers: `'number'` returns JavaScript numbers, which may lose digits; `'exact'` returns bigint for
 * integers beyond 2^53 (up to 1,000 digits), and `JsonNumber` for other numbers that would change; `'source'` returns
 * `JsonNumber` for each number that `JSON.stringify` would write differently, including `1.10`.
 * @inline
 */
export type BigNumbers = 'number' | 'exact' | 'source'

export const bigNumbersChoices: readonly BigNumbers[] = ['number', 'exact', 'source']

/** Parses JSON nested at most `depth` levels. @throws JsonTooDeepError, or SyntaxError as `JSON.parse` does */
export function parseJson(text: string, bigNumbers: BigNumbers = 'number', depth: number = maxJsonDepth): unknown {
  if (bigNumbers === 'number') return parsePlain(text, depth)
  if (isTooDeep(text, depth)) throw new JsonTooDeepError()
  return parsePreserving(text, bigNumbers === 'exact' ? preserveExact : preserveSource)
}

function parsePlain(text: string, depth: number): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw isTooDeep(text, depth) ? new JsonTooDeepError() : error
  }
  // Each level takes two characters.
  if (text.length > 2 * depth && isNestedDeeper(value, depth)) throw new JsonTooDeepError()
  return value
}
