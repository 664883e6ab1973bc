import { statusLine } from 'sluice/internal'
import { type Answer, json } from '../../faults/answer.ts'

/** An error as RFC 9457 has it, in `application/problem+json`; `more` are further fields of it. */
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

/** The value of a body in JSON, or nothing if it is none. */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
