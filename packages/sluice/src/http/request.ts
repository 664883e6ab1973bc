import type { BigNumbers } from './json/parse-json.ts'

/** A body that can be repeated: text, bytes, or a function that makes the stream anew for each attempt. */
export type RequestBody = string | Uint8Array | (() => AsyncIterable<Uint8Array>)

/** Forms in which a body is read as it comes: its bytes, server-sent events, or a JSON value from each line. */
export type StreamForm = 'stream' | 'events' | 'lines'

/** How the body of the answer becomes `value`: by its content type, or as said. */
export type ReadAs = 'auto' | 'json' | 'text' | 'bytes' | StreamForm

/** True if the value is there before the body has ended. */
export function isStreamForm(readAs: ReadAs): readAs is StreamForm {
  return readAs === 'stream' || readAs === 'events' || readAs === 'lines'
}

/**
 * The `meta` of a request whose answer is passed on. Where a stream was asked for, a body that is there as a whole stays bytes: a
 * stream of the platform costs more than a small answer does.
 */
export class PassedOn {}

/** Cost of a request by unit, besides the request itself: `{ tokens: 1200 }`. Numbers of 0 and more. */
export type Cost = Readonly<Record<string, number>>

/** Request, complete and checked. Plain data, so that it can be stored and repeated. */
export interface ApiRequest<Meta = unknown> {
  /** Identity within a set of requests: the given id, or else the URL. Credentials are masked in the latter. */
  readonly id: string
  /** In capitals. */
  readonly method: string
  /** Absolute, http or https, without credentials. */
  readonly url: string
  /** Names in lower case; values checked. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: RequestBody
  readonly readAs: ReadAs
  /** How numbers of JSON come, in place of the client's. */
  readonly bigNumbers?: BigNumbers
  /** Whose limits it counts against: its origin unless given. */
  readonly partition: string
  /** Cost in rates of requests. */
  readonly weight: number
  /** Cost in other units, as far as it is known before it is sent. */
  readonly cost?: Cost
  /** Greater goes first among those that wait in the same partition. */
  readonly priority: number
  /** Time for one attempt in milliseconds, in place of the client's. */
  readonly timeout?: number
  /** The caller's own; handed back untouched. */
  readonly meta?: Meta
}

/** A request as a person writes it: just a URL, or an object with `url` and whatever differs from the defaults. */
export type RequestInput<Meta = unknown> = string | URL | RequestSpec<Meta>

/** A request written out. Only `url` is needed. */
export interface RequestSpec<Meta = unknown> {
  /** Absolute, or joined to the client's `baseUrl`. */
  readonly url: string | URL
  /** @default the URL */
  readonly id?: string | number | bigint | undefined
  /** @default 'GET', or 'POST' when there is a body */
  readonly method?: string | undefined
  /** Added to the URL's query, which stays as it is written; `undefined` and `null` are left out, lists are repeated. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>> | undefined
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** An async iterable, such as a `ReadableStream`, can be read once: such a request is never retried. */
  readonly body?: RequestBody | AsyncIterable<Uint8Array> | undefined
  /** Sent as JSON, with its content type; bigint and `JsonNumber` with all their digits. Not together with `body`. */
  readonly json?: unknown
  /** @default 'auto' */
  readonly readAs?: ReadAs | undefined
  /** How numbers of a JSON body come that a JavaScript number would change. @default the client's `bigNumbers` */
  readonly bigNumbers?: BigNumbers | undefined
  /** @default the URL's origin */
  readonly partition?: string | undefined
  /** Cost in rates of requests, and in every unit that `cost` does not name: a positive number. @default 1; 0 in other units */
  readonly weight?: number | undefined
  /** Cost by unit, such as `{ tokens: 1200 }`: in rates with a unit, and in budgets. @default the client's `cost` */
  readonly cost?: Cost | undefined
  /** @default 0 */
  readonly priority?: number | undefined
  /** Time for one attempt, in milliseconds or with a unit. @default the client's `timeout` */
  readonly timeout?: number | string | undefined
  /** Data of the caller's own: `result.request.meta` has it, typed alike. */
  readonly meta?: Meta | undefined
}

/** A value of a query parameter, a date in ISO 8601; `undefined` and `null` leave it out. Anything else is refused. */
type QueryValue = string | number | bigint | boolean | Date | null | undefined

/** Bodies that cannot always be sent again, by the function that stands for them. */
const readOnce = new WeakMap<RequestBody & object, { readonly isUsedUp: boolean }>()

/** True for a stream or another iterable of chunks, which can be read once. */
export function isAsyncIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

/** A body that can be read once, as a function. */
export function bodyReadOnce(body: AsyncIterable<Uint8Array>): RequestBody {
  const state = { isUsedUp: false }
  const source = (): AsyncIterable<Uint8Array> => {
    if (state.isUsedUp)
      throw new TypeError('this stream was sent already; a function that makes it anew can be retried')
    state.isUsedUp = true
    return body
  }
  readOnce.set(source, state)
  return source
}

/** A body that can be repeated until `state` says that it is used up. */
export function bodyHeldFor(
  source: () => AsyncIterable<Uint8Array>,
  state: { readonly isUsedUp: boolean },
): RequestBody {
  readOnce.set(source, state)
  return source
}

/** True if the body can be read once, and was: the request cannot be repeated. */
export function isUsedUp(body: RequestBody | undefined): boolean {
  return typeof body === 'function' && readOnce.get(body)?.isUsedUp === true
}

const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])

/** True if sending it twice does no more than sending it once (RFC 9110 section 9.2.2, and an `Idempotency-Key`). */
export function isRepeatable(request: ApiRequest): boolean {
  return repeatable.has(request.method) || request.headers['idempotency-key'] !== undefined
}
