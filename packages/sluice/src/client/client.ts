import type { SluiceEvent } from '../events/event.ts'
import type { RequestInput, RequestSpec } from '../http/request.ts'
import type { WorkContext } from '../policies/work.ts'
import type { Duration } from '../time/duration.ts'
import type { BulkRun } from './bulk/bulk-run.ts'
import type { BulkOptions } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'
import type { CallError } from './errors.ts'
import type { Page, PageItems, PaginateOptions } from './pagination/options.ts'
import type { CallResult, Failure, Success } from './result.ts'
import type { SchemaOf } from './schema/standard-schema.ts'
import type { ClientOptions } from './settings.ts'
import type { ServerEvent } from './streams/stream-value.ts'
import type { MapOptions, WorkOptions } from './work.ts'

/** Options of a single call. */
export interface CallOptions<T = unknown> {
  /** Aborting rejects with the signal's own reason, at any stage of the call. */
  readonly signal?: AbortSignal | undefined
  /** Deadline of the whole call. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
  /**
   * Name of the caller, such as a user of your server. The queue serves callers round robin, so that a thousand waiting
   * calls of one caller delay a call of another by one call. @default all calls without a name share one caller
   */
  readonly caller?: string | undefined
  /**
   * Schema of the value, in the Standard Schema of zod, valibot, arktype and others; `value` is its output and has its
   * type. A body that does not match is a failure with `SLUICE_SCHEMA`, and is not retried. @default any value
   */
  readonly schema?: SchemaOf<T> | undefined
}

/** Options of a call, and fields added to its request: `try('/items', { query: { page: 2 } })`. */
export type SendOptions<T = unknown, Meta = unknown> = CallOptions<T> & Omit<RequestSpec<Meta>, 'url'>

/** Options of a call made with `get` and the other methods: of the call, and of the request. */
export type MethodOptions<T = unknown, Meta = unknown> = CallOptions<T> & Omit<RequestSpec<Meta>, 'url' | 'method'>

/** Value types determined by `readAs` alone. */
interface FormValues {
  readonly text: string
  readonly bytes: Uint8Array
  readonly stream: ReadableStream<Uint8Array>
  readonly events: AsyncIterableIterator<ServerEvent>
  readonly lines: AsyncIterableIterator<unknown>
}

/** Options with one of these `readAs` forms. */
type Reading<Form extends keyof FormValues> = { readonly readAs: Form; readonly schema?: undefined }

/** Sends a request with this HTTP method. @throws as `send` does */
interface Method {
  <Form extends keyof FormValues, Meta = unknown>(
    url: string | URL,
    options: MethodOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<Success<FormValues[Form], Meta>>
  <T = unknown, Meta = unknown>(url: string | URL, options?: MethodOptions<T, Meta>): Promise<Success<T, Meta>>
}

/** Current state of a client. */
export interface ClientStatus {
  /** Number of attempts in flight. */
  readonly inFlight: number
  /** Number of calls that wait in a queue. Calls that wait between attempts are not included. */
  readonly waiting: number
  /** Maximum number of attempts in flight, as set or found by now. */
  readonly concurrency: number
  /** True between `pause` and `resume`. */
  readonly isPaused: boolean
  /** Limits that currently hold calls back. */
  readonly heldBy: ReadonlySet<string>
  /** Total milliseconds in which at least one call of a queue waited, by the limit it waited for. */
  readonly waits: ReadonlyMap<string, number>
}

/** Options that an extended client can override. All others belong to limits and connections, which are shared. */
export type ExtendOptions<E = CallError> = Pick<
  ClientOptions<E>,
  | 'baseUrl'
  | 'headers'
  | 'partition'
  | 'weight'
  | 'cost'
  | 'priority'
  | 'timeout'
  | 'maxWait'
  | 'idleTimeout'
  | 'deadline'
  | 'retry'
  | 'hedge'
  | 'coalesce'
  | 'cache'
  | 'maxRedirects'
  | 'idempotencyKey'
  | 'auth'
  | 'perCall'
  | 'perAttempt'
  | 'mapError'
  | 'bigNumbers'
>

/**
 * Sends API calls within limits. Every call has a result. Create one client per set of limits, and reuse it. `E` is
 * the type of the errors in results: a `CallError`, unless `mapError` makes others of them.
 */
export interface Client<E = CallError> extends AsyncDisposable {
  /** Sends a request. @throws SluiceError if the call fails; the signal's reason if aborted. */
  send<Form extends keyof FormValues, Meta = unknown>(
    request: RequestInput<Meta>,
    options: SendOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<Success<FormValues[Form], Meta>>
  send<T = unknown, Meta = unknown>(
    request: RequestInput<Meta>,
    options?: SendOptions<T, Meta>,
  ): Promise<Success<T, Meta>>
  /**
   * Sends a request; a failure is returned as a value. @throws the signal's reason if aborted; SettingsError for a
   * wrong option.
   */
  try<Form extends keyof FormValues, Meta = unknown>(
    request: RequestInput<Meta>,
    options: SendOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<CallResult<FormValues[Form], Meta, E>>
  try<T = unknown, Meta = unknown>(
    request: RequestInput<Meta>,
    options?: SendOptions<T, Meta>,
  ): Promise<CallResult<T, Meta, E>>
  /**
   * Sends a GET request and returns its value: `const { value } = await client.get<Item>('/items/1')`. The options are those of the call
   * and of the request: `query`, `headers`, `readAs`, `schema`, `timeout`, `signal` and others. A schema, or `readAs`, sets the type of
   * `value`.
   *
   * @throws a CallError, or what `mapError` makes of it, for a status from 400 or without a response; the reason of `signal`.
   */
  readonly get: Method
  /** Sends a HEAD request: as `get`, with the status and headers alone. */
  readonly head: Method
  /** Sends an OPTIONS request; as `get`. */
  readonly options: Method
  /** Sends a POST request with `json` or `body` of the options; as `get`. Retried only if that is safe (`retry.unsafe`, `idempotencyKey`). */
  readonly post: Method
  /** Sends a PUT request with `json` or `body` of the options; as `get`. */
  readonly put: Method
  /** Sends a PATCH request with `json` or `body` of the options; as `get`. Retried as `post` is. */
  readonly patch: Method
  /** Sends a DELETE request; as `get`. */
  readonly delete: Method
  /**
   * Sends many requests, and returns the results in the order of the input. An item that fails is a `Failure` in the
   * array.
   *
   * @throws the signal's reason if aborted; errors of the source.
   */
  all<T = unknown, Meta = unknown>(
    requests: BulkSource<Meta>,
    options?: Omit<BulkOptions<T>, 'ordered'>,
  ): Promise<CallResult<T, Meta, E>[]>
  /**
   * Sends any number of requests in constant memory: reads `requests` on demand, and yields each result once, in the
   * order of completion or, with `ordered`, of the input. Leaving the loop cancels the calls in flight.
   */
  stream<T = unknown, Meta = unknown>(requests: BulkSource<Meta>, options?: BulkOptions<T>): BulkRun<T, Meta, E>
  /**
   * Runs any async function within the limits of this client: queue, rates, concurrency, breaker, retries and deadline
   * apply as for a request. Pass `signal` on: a function that ignores it loses its permit 1 s after it was cancelled.
   *
   * @returns the return value of the function. @throws the error of its last attempt; SluiceError if it did not run or
   * was cancelled; the signal's reason if aborted.
   */
  run<T>(work: (context: WorkContext) => T | PromiseLike<T>, options?: WorkOptions): Promise<T>
  /**
   * Runs a function for each item, with all features of `stream`. The item is `request.meta` of its result, and an
   * error that the function throws is the `cause` of the result's error.
   */
  mapStream<Item, T>(
    items: Iterable<Item> | AsyncIterable<Item>,
    work: (item: Item, context: WorkContext) => T | PromiseLike<T>,
    options?: MapOptions<Item>,
  ): BulkRun<T, Item, E>
  /**
   * Yields the pages of a list, starting with the one of `request`; with `items` the items of all pages. If the first
   * page states the number of pages, the others are requested concurrently. Constant memory, always in order; leaving
   * the loop cancels the calls in flight. Throws as `send` does: a failed page throws its error at its position, unless
   * `failures: 'yield'` yields it as a `Failure` there.
   *
   * @throws SettingsError for a wrong option. In the loop: SluiceError of a page that failed; PaginationError if the
   * next page cannot be determined or followed; the signal's reason if aborted.
   */
  paginate<Item = unknown, T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly items: PageItems<T, Item> },
  ): AsyncGenerator<Item, void, undefined>
  paginate<T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly failures: 'yield' },
  ): AsyncGenerator<Page<T> | Failure<unknown, E>, void, undefined>
  paginate<T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly failures?: 'throw' | undefined },
  ): AsyncGenerator<Page<T>, void, undefined>
  /**
   * A `fetch` with the platform's interface, within the limits of this client, for libraries that accept one. Statuses
   * from 400 up resolve, even after the last retry. The promise resolves with the head of the response, and the body
   * streams as it arrives; the permit is released at its end. A request body that is a stream is sent as it is read,
   * and not retried.
   *
   * @throws TypeError for an invalid request, and for a failure without a response, with the SluiceError as its
   * `cause`; the signal's reason if aborted.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /**
   * Creates a client with other defaults on the same limits, queue, connections and events, for example with the
   * credentials of one user of an API. `headers` and `retry` are merged with those of this client; all other options
   * are replaced. Token and cache are shared unless `auth` or `cache` is given. `pause`, `setConcurrency`, `setRate`,
   * `status` and `on` apply to all of these clients; `close` of the extended client ends only its own calls, `close` of
   * this client ends all.
   *
   * @throws SettingsError for an invalid option, or one that belongs to the shared parts.
   */
  extend<F = E>(defaults: ExtendOptions<F>): Client<F>
  /**
   * Calls `listener` with every event, in order and synchronously: return quickly, and copy what you keep. Returns a function that removes
   * the listener.
   */
  on(listener: (event: SluiceEvent) => void): () => void
  /** Admits no further attempts until `resume`. Attempts in flight continue. */
  pause(): void
  resume(): void
  /** Changes the maximum number of attempts in flight; with `'auto'`, the upper bound of the measured number. */
  setConcurrency(concurrency: number): void
  /**
   * Replaces all rates; undefined restores the rates that the client was created with. Requests sent before do not
   * count against a new rate.
   */
  setRate(rate: ClientOptions['rate']): void
  status(): ClientStatus
  /** Rejects all waiting calls, aborts those in flight, and releases every connection and timer. */
  close(): Promise<void>
}
