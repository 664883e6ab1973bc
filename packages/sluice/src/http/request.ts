import type { BigNumbers } from './json/parse-json.ts'

/** A body that can be repeated: text, bytes, or a function that creates a new stream for each attempt. @inline */
export type RequestBody = NonNullable<ApiRequest['body']>

/** Forms of a streamed body: bytes, server-sent events, or a JSON value per line. @inline */
export type StreamForm = 'stream' | 'events' | 'lines'

/** Form in which the response body is returned as `value`; `'auto'` decides by the content type. @inline */
export type ReadAs = 'auto' | 'json' | 'text' | 'bytes' | StreamForm

/** True if the value is available before the body has ended. */
export function isStreamForm(readAs: ReadAs): readAs is StreamForm {
  return readAs === 'stream' || readAs === 'events' || readAs === 'lines'
}

/**
 * The `meta` of a request whose response is passed through. If a stream was requested, a body that is available whole
 * stays bytes: a platform stream costs more than a small response.
 */
export class Passthrough {}

/** Cost of a request by unit, besides the request itself: `{ tokens: 1200 }`. Numbers from 0. */
export type Cost = Readonly<Record<string, number>>

/** Validated request with its defaults. Plain data, so that it can be stored and repeated. */
export interface ApiRequest<Meta = unknown> {
  /** Identifies the request within a set of requests: the given id, or the URL with credentials masked. */
  readonly id: string
  /** Method in upper case. */
  readonly method: string
  /** Absolute http or https URL, without credentials. */
  readonly url: string
  /** Validated headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | (() => AsyncIterable<Uint8Array>)
  readonly readAs: ReadAs
  /** Handling of JSON numbers; overrides the client's. */
  readonly bigNumbers?: BigNumbers
  /** Partition whose limits it counts against; by default its origin. */
  readonly partition: string
  /** Cost in request rates. */
  readonly weight: number
  /** Cost in other units, as far as known before sending. */
  readonly cost?: Cost
  /** Priority in the queue of the partition; higher goes first. */
  readonly priority: number
  /** Timeout of an attempt in milliseconds; overrides the client's. */
  readonly timeout?: number
  /** Data of the caller; returned unchanged. */
  readonly meta?: Meta
}

/** Request as written by the user: a URL, or an object with `url` and any fields that differ from the defaults. */
export type RequestInput<Meta = unknown> = string | URL | RequestSpec<Meta>

/** Fields of a request. Only `url` is required. */
export interface RequestSpec<Meta = unknown> {
  /** Absolute, or relative to the client's `baseUrl`. */
  readonly url: string | URL
  /** Identifies the request in results. @default the URL */
  readonly id?: string | number | bigint | undefined
  /** @default 'GET', or 'POST' when there is a body */
  readonly method?: string | undefined
  /** Appended to the URL's query, which is left as written; `undefined` and `null` are omitted, lists are repeated. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>> | undefined
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Bytes are copied when the request is made, or read by a run: later changes have no effect. An async iterable, such as a
   * `ReadableStream`, can be read only once: such a request is never retried.
   */
  readonly body?: RequestBody | AsyncIterable<Uint8Array> | undefined
  /** Sent as JSON, with its content type; bigint and `JsonNumber` with all digits. Cannot be combined with `body`. */
  readonly json?: unknown
  /** @default 'auto' */
  readonly readAs?: ReadAs | undefined
  /** Handling of JSON numbers that a JavaScript number would change. @default the client's `bigNumbers` */
  readonly bigNumbers?: BigNumbers | undefined
  /** @default the URL's origin */
  readonly partition?: string | undefined
  /** Cost in request rates, and in every unit that `cost` does not name. Positive. @default 1; 0 in other units */
  readonly weight?: number | undefined
  /** Cost by unit, such as `{ tokens: 1200 }`, for rates with a unit and for budgets. @default the client's `cost` */
  readonly cost?: Cost | undefined
  /** Priority in the queue of the partition; higher goes first. @default 0 */
  readonly priority?: number | undefined
  /** Timeout of an attempt, in milliseconds or with a unit; 0 for none. @default the client's `timeout` */
  readonly timeout?: number | string | undefined
  /** Data of the caller, returned as `result.request.meta` with the same type. */
  readonly meta?: Meta | undefined
}

/** Value of a query parameter. Dates are written in ISO 8601; `undefined` and `null` are omitted, others rejected. */
type QueryValue = string | number | bigint | boolean | Date | null | undefined

/** State of bodies that cannot always be sent again, by the function that represents them. */
const readOnce = new WeakMap<RequestBody & object, { readonly isUsedUp: boolean }>()

/** True for a stream or another async iterable of chunks, which can be read only once. */
export function isAsyncIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

/** Copy of bytes, on which later changes have no effect. @throws TypeError if their buffer was transferred or has shrunk */
export function copyOfBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  try {
    // Of a buffer itself, it would be a view.
    return new Uint8Array(bytes instanceof ArrayBuffer ? bytes.slice() : bytes)
  } catch {
    throw new TypeError('the bytes are gone: their ArrayBuffer was transferred or has shrunk')
  }
}

/** Wraps a body that can be read only once in a function. */
export function bodyReadOnce(body: AsyncIterable<Uint8Array>): RequestBody {
  const state = { isUsedUp: false }
  const source = (): AsyncIterable<Uint8Array> => {
    if (state.isUsedUp)
      throw new TypeError('this stream was already sent and cannot be sent again; pass a function that creates it')
    state.isUsedUp = true
    return body
  }
  readOnce.set(source, state)
  return source
}

/** Body that can be repeated until `state` reports that it is used up. */
export function bodyHeldFor(
  source: () => AsyncIterable<Uint8Array>,
  state: { readonly isUsedUp: boolean },
): RequestBody {
  readOnce.set(source, state)
  return source
}

/** True if the body can be read only once and has been read: the request cannot be repeated. */
export function isUsedUp(body: RequestBody | undefined): boolean {
  return typeof body === 'function' && readOnce.get(body)?.isUsedUp === true
}

const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])

/** True if sending the request twice has no further effect (RFC 9110 section 9.2.2, or an `Idempotency-Key`). */
export function isRepeatable(request: ApiRequest): boolean {
  return repeatable.has(request.method) || request.headers['idempotency-key'] !== undefined
}
