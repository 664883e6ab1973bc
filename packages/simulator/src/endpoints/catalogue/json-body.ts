import { statusLine } from 'sluice/internal'
import { type Answer, json } from '../../faults/answer.ts'

/** Error response in `application/problem+json` (RFC 9457); `more` adds fields. */
export function problemDetails(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const title = statusLine(status).replace(/^\d+ /, '')
  const body = { type: 'about:blank', title, status, detail, ...more }
  return json(status, body, { 'content-type': 'application/problem+json', ...headers })
}

/** Parsed JSON of a body; undefined if it is not JSON. */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
