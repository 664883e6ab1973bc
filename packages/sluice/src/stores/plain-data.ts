import { DamagedContent } from '../database/store-error.ts'
import { JsonTooDeepError } from '../http/json/nesting.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { StoredResult } from './stored-item.ts'

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

/** Names in kept headers that no header has: the protocol is kept there, beside headers and without any. */
const beside = ':protocol'
const alone = ':protocol-alone'

/** Headers as text, with the protocol they came by; missing if there is neither. */
export function writtenHeaders({ headers, protocol }: Pick<StoredResult, 'headers' | 'protocol'>): string | undefined {
  if (protocol === undefined) return written(headers)
  return written(headers === undefined ? { [alone]: protocol } : { ...headers, [beside]: protocol })
}

/** Headers and protocol that were written. */
export function parsedHeaders(text: unknown): Pick<StoredResult, 'headers' | 'protocol'> {
  const all = parsed<Record<string, string>>(text)
  if (all?.[alone] !== undefined) return { headers: undefined, protocol: all[alone] }
  if (all?.[beside] === undefined) return { headers: all }
  const { [beside]: protocol, ...headers } = all
  return { headers, protocol }
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
