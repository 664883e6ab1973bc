import { contentOf, type Message } from './content.ts'
import type { Fault } from './fault.ts'
import type { PlannedBody } from './plan.ts'

/** Answer of an endpoint, before any fault. */
export interface Answer extends Message {
  /** How long it takes, in place of the scenario's latency. */
  readonly delay?: number
  /** Fault that is certain. */
  readonly fault?: Fault
  /** Pauses and ending of a body that is sent piece by piece, of unannounced length. */
  readonly pace?: Pick<PlannedBody, 'every' | 'ending'>
}

/** Request to an endpoint. */
export interface Question {
  readonly method: string
  /** The values of `:name` segments. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Path and query as they came. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Where the client reaches this API: `http://127.0.0.1:49152`. */
  readonly origin: string
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: contentOf(Buffer.from(JSON.stringify(value))),
  }
}

/** An error in JSON: `{ "error": "not_found", "message": "..." }`. */
export function problem(
  status: number,
  error: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error, message }, headers)
}

/** A whole number in a path or query, or nothing if it is none or out of bounds. */
export function integer(text: string | null | undefined, min: number, max: number): number | undefined {
  if (text === undefined || text === null || !/^\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number >= min && number <= max ? number : undefined
}

/** True if an answer with this status ends with its headers. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}
