import { statusLine } from 'sluice/internal'

/** Response of the gateway itself: problem details (RFC 9457). */
export interface Problem {
  readonly status: number
  /** Stable name of the reason, such as `SLUICE_CONNECT`. */
  readonly code: string
  /** One sentence for humans, without secrets. */
  readonly detail: string
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number
  /** Position in the queue when the wait ended, from 1. */
  readonly position?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Body of a problem. */
export function problemBody({ status, code, detail, position }: Problem): string {
  const title = statusLine(status).slice(4)
  return `${JSON.stringify({ type: 'about:blank', title, status, detail, code, position })}\n`
}

/** Head of a problem, as alternating names and values. */
export function problemHeaders({ retryAfter, headers = {} }: Problem, body: string): string[] {
  return [
    'content-type',
    'application/problem+json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
    ...(retryAfter === undefined ? [] : ['retry-after', String(Math.max(1, Math.ceil(retryAfter)))]),
    ...Object.entries(headers).flat(),
  ]
}

/** Complete HTTP/1.1 response for a connection from which no request could be read. It is closed afterwards. */
export function rawProblem(problem: Problem): string {
  const body = problemBody(problem)
  const list = problemHeaders(problem, body)
  const lines = [`HTTP/1.1 ${statusLine(problem.status)}`]
  for (let index = 0; index < list.length; index += 2) lines.push(`${list[index]}: ${list[index + 1]}`)
  return `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`
}
