import { JsonNumber, type RequestSpec } from 'sluice'
import { JsonTooDeepError, parseJson } from 'sluice/internal'
import { completeUrl, urlProblem } from './complete-url.ts'
import { badItem, type InputItem, maskUrl, type Where } from './input-item.ts'
import { jsonProblem } from './json-problem.ts'
import { type LineReader, lineByLine } from './line-reader.ts'
import { requestFieldProblem } from './request-fields.ts'
import { urlItem } from './url-lines.ts'

/** Reads one request a line, as a JSON object with at least a `url`, or as a JSON string that is the URL. */
export function requestLines(source: string, baseUrl?: string): LineReader {
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    if (text.trim() === '') return undefined
    let value: unknown
    try {
      value = parseJson(text, 'source')
    } catch (error) {
      const item = badItem(where, jsonProblem(error))
      return error instanceof JsonTooDeepError ? { ...item, failsAlone: true } : item
    }
    return typeof value === 'string' ? urlItem(value, where, baseUrl) : requestItem(value, where, baseUrl)
  })
}

function requestItem(value: unknown, where: Where, baseUrl: string | undefined): InputItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badItem(where, 'expected a JSON object with a "url", or a JSON string')
  }
  const fields = withPlainNumbers(value as Readonly<Record<string, unknown>>)
  const id = idOf(fields)
  for (const [name, field] of Object.entries(fields)) {
    const problem = requestFieldProblem(name, field)
    if (problem !== undefined) return badItem(where, problem, id)
  }
  const { url: text, json, body } = fields
  if (typeof text !== 'string') return badItem(where, 'the "url" is missing', id)
  if (json !== undefined && body !== undefined) {
    return badItem(where, 'a request has either "body" or "json", not both', id)
  }
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, id)
  return { ok: true, request: { ...(fields as unknown as RequestSpec), url }, where }
}

/** The same with numbers as their fields take them: text for an id and in a query, with all digits. `json` and `meta` keep theirs. */
function withPlainNumbers(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainField(name, value)]))
}

function plainField(name: string, value: unknown): unknown {
  if (name === 'json' || name === 'meta') return value
  if (value instanceof JsonNumber) return name === 'id' ? String(value) : Number(value)
  if (name !== 'query' || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, Array.isArray(one) ? one.map(digits) : digits(one)]),
  )
}

function digits(value: unknown): unknown {
  return value instanceof JsonNumber ? String(value) : value
}

/** The name of a request that may be wrong in every respect; nothing if there is none. */
function idOf({ id, url }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  return typeof url === 'string' && url !== '' ? maskUrl(url) : undefined
}
