import type { RequestSpec } from 'sluice'
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
      value = JSON.parse(text)
    } catch (error) {
      return badItem(where, jsonProblem(error))
    }
    return typeof value === 'string' ? urlItem(value, where, baseUrl) : requestItem(value, where, baseUrl)
  })
}

function requestItem(value: unknown, where: Where, baseUrl: string | undefined): InputItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badItem(where, 'expected a JSON object with a "url", or a JSON string')
  }
  const fields = value as Readonly<Record<string, unknown>>
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

/** The name of a request that may be wrong in every respect; nothing if there is none. */
function idOf({ id, url }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  return typeof url === 'string' && url !== '' ? maskUrl(url) : undefined
}
