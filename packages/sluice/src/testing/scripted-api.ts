import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'
import { systemClock } from '../time/system-clock.ts'
import { ConnectionLostError } from '../transport/errors.ts'
import { memoryTransport, type OwnExchange, type Transport } from '../transport/transport.ts'

/** One scripted answer: a response, a status alone, or an error that fails the exchange. */
export type ScriptedAnswer =
  | number
  | Error
  | {
      /** @default 200 */
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      /** Body as JSON, with its content type. */
      readonly json?: unknown
      /** Milliseconds until the answer. @default none */
      readonly after?: number
    }

/** An API in process, and the requests that it has received so far. */
export interface ScriptedApi {
  readonly transport: Transport
  /** Requests in the order of arrival. `at` is the time on the clock, in milliseconds. */
  readonly seen: readonly (Pick<ApiRequest, 'method' | 'url' | 'headers' | 'body'> & { readonly at: number })[]
  /** Maximum number of requests in flight at a time. */
  readonly mostInFlight: number
  readonly inFlight: number
}

type Answering = (request: ApiRequest, count: number) => ScriptedAnswer

/**
 * A transport with scripted answers, one for each request in order of arrival. A request beyond the last answer fails
 * with `SLUICE_TRANSPORT_FAULT`, which is not retried.
 *
 * @example
 * const api = scriptedApi([{ status: 429, headers: { 'retry-after': '1' } }, { json: { id: 7 } }])
 * const client = createClient({ transport: api.transport, clock: new ManualClock() })
 */
export function scriptedApi(
  answers: readonly ScriptedAnswer[],
  options?: { readonly clock?: Clock | undefined },
): ScriptedApi
/** @internal Variant with a function for all answers, each after `delay` milliseconds. */
export function scriptedApi(clock: Clock, answer: Answering, delay?: number): ScriptedApi
export function scriptedApi(
  script: readonly ScriptedAnswer[] | Clock,
  second: { readonly clock?: Clock | undefined } | Answering = {},
  delay = 0,
): ScriptedApi {
  const isFunction = typeof second === 'function'
  const clock = isFunction ? (script as Clock) : (second.clock ?? systemClock)
  const answer = isFunction ? second : inOrder(script as readonly ScriptedAnswer[])
  const seen: ScriptedApi['seen'][number][] = []
  const counts = { inFlight: 0, most: 0 }
  const transport = memoryTransport(async (request, exchange) => {
    const { method, url, headers, body } = request
    seen.push({ at: clock.now(), method, url, headers, ...(body === undefined ? undefined : { body }) })
    counts.inFlight++
    counts.most = Math.max(counts.most, counts.inFlight)
    try {
      const given = answer(request, seen.length)
      const after = typeof given === 'object' && 'after' in given ? given.after : delay
      const arrived = await waitFor(clock, after ?? delay, (exchange as OwnExchange).cancellation)
      if (!arrived) throw new ConnectionLostError('cancelled')
      if (given instanceof Error) throw given
      return responseOf(typeof given === 'number' ? { status: given } : given)
    } finally {
      counts.inFlight--
    }
  })
  return {
    transport,
    seen,
    get mostInFlight() {
      return counts.most
    },
    get inFlight() {
      return counts.inFlight
    },
  }
}

function inOrder(answers: readonly ScriptedAnswer[]): Answering {
  return ({ method, url }, count) => {
    const answer = answers[count - 1]
    if (answer !== undefined) return answer
    throw new Error(`the script has no response for request ${count}, ${method} ${url}: it has ${answers.length}`)
  }
}

function responseOf({ status = 200, headers, body, json }: Exclude<ScriptedAnswer, number | Error>): ApiResponse {
  const text = json === undefined ? (body ?? '') : JSON.stringify(json)
  return {
    status,
    headers: { ...(json === undefined ? undefined : { 'content-type': 'application/json' }), ...headers },
    body: new TextEncoder().encode(text),
  }
}
