import { DamagedContent } from '../database/store-error.ts'
import { JsonTooDeepError } from '../http/json/nesting.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { StoredResult } from './stored-item.ts'

/** Serializes plain data; undefined if there is none. */
export function written(data: unknown): string | undefined {
  return writeJson(data)
}

/** Parses plain data; undefined if there is none. */
export function parsed<T>(text: unknown): T | undefined {
  if (text === null || text === undefined) return undefined
  try {
    return JSON.parse(text as string) as T
  } catch (reason) {
    throw new DamagedContent((reason as Error).message)
  }
}

/** Names in stored headers that no real header has. They hold the protocol: beside headers, or without any. */
const beside = ':protocol'
const alone = ':protocol-alone'

/** Serializes headers and their protocol; undefined if there is neither. */
export function writtenHeaders({ headers, protocol }: Pick<StoredResult, 'headers' | 'protocol'>): string | undefined {
  if (protocol === undefined) return written(headers)
  return written(headers === undefined ? { [alone]: protocol } : { ...headers, [beside]: protocol })
}

/** Parses headers and protocol written by `writtenHeaders`. */
export function parsedHeaders(text: unknown): Pick<StoredResult, 'headers' | 'protocol'> {
  const all = parsed<Record<string, string>>(text)
  if (all?.[alone] !== undefined) return { headers: undefined, protocol: all[alone] }
  if (all?.[beside] === undefined) return { headers: all }
  const { [beside]: protocol, ...headers } = all
  return { headers, protocol }
}

/** Parses meta data, with the digits of its numbers; undefined if there is none or if it is nested too deeply. */
export function parsedMeta(text: unknown): unknown {
  if (text === null || text === undefined) return undefined
  try {
    return parseJson(text as string, 'source')
  } catch (reason) {
    if (reason instanceof JsonTooDeepError) return undefined
    throw new DamagedContent((reason as Error).message)
  }
}
