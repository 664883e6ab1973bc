import { contentOf, type Message } from './content.ts'
import type { Fault } from './fault.ts'
import type { PlannedBody } from './plan.ts'

/** Response of an endpoint, before faults are applied. */
export interface Answer extends Message {
  /** Response time in milliseconds, in place of the scenario's latency. */
  readonly delay?: number
  /** Fault that always happens. */
  readonly fault?: Fault
  /** Pauses and ending of a streamed body without `content-length`. */
  readonly pace?: Pick<PlannedBody, 'every' | 'ending'>
}

/** Request to an endpoint. */
export interface Question {
  readonly method: string
  /** Values of the `:name` segments. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Path and query as received. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Origin under which the client reaches this API: `http://127.0.0.1:49152`. */
  readonly origin: string
}

/** JSON response. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: contentOf(Buffer.from(JSON.stringify(value))),
  }
}

/** JSON error: `{ "error": "not_found", "message": "..." }`. */
export function problem(
  status: number,
  error: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error, message }, headers)
}

/** Whole number in a path or query; undefined if it is not one or out of bounds. */
export function integer(text: string | null | undefined, min: number, max: number): number | undefined {
  if (text === undefined || text === null || !/^\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number >= min && number <= max ? number : undefined
}

/** True if a response with this status has no body. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}
