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

/** Names in stored headers that no real header has. They hold the protocol, beside headers or without any, and parts. */
const beside = ':protocol'
const alone = ':protocol-alone'
const attempts = ':attempts'

type Head = Pick<StoredResult, 'headers' | 'protocol' | 'attemptParts'>

/** Serializes headers, their protocol and the parts of attempts; undefined if there is none. */
export function writtenHeaders({ headers, protocol, attemptParts }: Head): string | undefined {
  if (protocol === undefined && attemptParts === undefined) return written(headers)
  const known = protocol === undefined ? headers : { ...headers, [headers === undefined ? alone : beside]: protocol }
  return written(attemptParts === undefined ? known : { ...known, [attempts]: attemptParts })
}

/** Parses what `writtenHeaders` has written. */
export function parsedHeaders(text: unknown): Head {
  const all = parsed<Record<string, string> & { readonly [attempts]?: Head['attemptParts'] }>(text)
  if (all === undefined) return { headers: undefined }
  const { [alone]: only, [beside]: protocol = only, [attempts]: attemptParts, ...headers } = all
  const isBare = protocol === undefined && attemptParts !== undefined && Object.keys(headers).length === 0
  return {
    headers: only !== undefined || isBare ? undefined : headers,
    ...(protocol === undefined ? undefined : { protocol }),
    ...(attemptParts === undefined ? undefined : { attemptParts }),
  }
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

/** Pattern of SQL's LIKE, with `\` as its escape, for texts that contain this one. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
