import { DamagedContent } from '../database/store-error.ts'
import { JsonTooDeepError } from '../http/json/nesting.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { writeJson } from '../http/json/write-json.ts'

/** Plain data as text; missing if there is none. */
export function written(data: unknown): string | undefined {
  return writeJson(data)
}

/** Parsed plain data; undefined if there was none. */
export function parsed<T>(text: unknown): T | undefined {
  if (text === null || text === undefined) return undefined
  try {
    return JSON.parse(text as string) as T
  } catch (reason) {
    throw new DamagedContent((reason as Error).message)
  }
}

/** Meta data that was written, with the digits of its numbers; missing if there was none, or if it is too deep to be read. */
export function parsedMeta(text: unknown): unknown {
  if (text === null || text === undefined) return undefined
  try {
    return parseJson(text as string, 'source')
  } catch (reason) {
    if (reason instanceof JsonTooDeepError) return undefined
    throw new DamagedContent((reason as Error).message)
  }
}
