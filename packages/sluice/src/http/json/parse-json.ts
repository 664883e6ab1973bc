import { keepExact, keepSource, parseKeeping } from './exact-numbers.ts'
import { isTooDeep, JsonTooDeepError, maxJsonDepth } from './nesting.ts'

/**
 * How numbers of JSON come: `'number'` as JavaScript numbers, which changes what they cannot hold; `'exact'` as bigint where
 * an integer is beyond 2^53 (up to 1,000 digits), and as `JsonNumber` where another number would change; `'source'` as `JsonNumber` wherever
 * `JSON.stringify` would write a number in another way than it was, `1.10` included.
 */
export type BigNumbers = 'number' | 'exact' | 'source'

export const bigNumbersChoices: readonly BigNumbers[] = ['number', 'exact', 'source']

/** Parses JSON nested at most `depth` levels. @throws JsonTooDeepError, or SyntaxError as `JSON.parse` does */
export function parseJson(text: string, bigNumbers: BigNumbers = 'number', depth: number = maxJsonDepth): unknown {
  if (isTooDeep(text, depth)) throw new JsonTooDeepError()
  if (bigNumbers === 'number') return JSON.parse(text)
  return parseKeeping(text, bigNumbers === 'exact' ? keepExact : keepSource)
}
