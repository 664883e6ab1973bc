import type { Listener } from '../events/emitter.ts'
import type { RequestInput, RequestSpec } from '../http/request.ts'
import type { WorkContext } from '../policies/work.ts'
import type { Duration } from '../time/duration.ts'
import type { BulkRun } from './bulk/bulk-run.ts'
import type { BulkOptions } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'
import type { Page, PageItems, PaginateOptions } from './pagination/options.ts'
import type { CallResult, Failure, Success } from './result.ts'
import type { SchemaOf } from './schema/standard-schema.ts'
import type { ClientOptions } from './settings.ts'
import type { ServerEvent } from './streams/stream-value.ts'
import type { MapOptions, WorkOptions } from './work.ts'

/** How long one call may take, and who may stop it. */
export interface CallOptions<T = unknown> {
  /** Aborting rejects with the signal's own reason, wherever the call is. */
  readonly signal?: AbortSignal | undefined
  /** Time for the whole call. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
  /**
   * Name of the one on whose behalf it is made, such as a user of your server. Callers take turns in the queue, so that a
   * thousand waiting calls of one delay a call of another by one call. @default all calls without a name are of one caller
   */
  readonly caller?: string | undefined
  /**
   * Schema of the value, in the Standard Schema of zod, valibot, arktype and others: `value` is its output, and typed so. A body
   * that does not fit is a failure with `SLUICE_SCHEMA`, and is not requested again. @default any value
   */
  readonly schema?: SchemaOf<T> | undefined
}

/** Options of a call, and fields of its request beside those that it has: `try('/items', { query: { page: 2 } })`. */
export type SendOptions<T = unknown, Meta = unknown> = CallOptions<T> & Omit<RequestSpec<Meta>, 'url'>

/** Options of a call made with `get` and its like: of the call, and of the request. */
export type MethodOptions<T = unknown, Meta = unknown> = CallOptions<T> & Omit<RequestSpec<Meta>, 'url' | 'method'>

/** Values that `readAs` alone determines. */
interface FormValues {
  readonly text: string
  readonly bytes: Uint8Array
  readonly stream: ReadableStream<Uint8Array>
  readonly events: AsyncIterableIterator<ServerEvent>
  readonly lines: AsyncIterableIterator<unknown>
}

/** Options with such a `readAs`. */
type Reading<Form extends keyof FormValues> = { readonly readAs: Form; readonly schema?: undefined }

/** A call with the method of that name. @throws as `send` does */
interface Method {
  <Form extends keyof FormValues, Meta = unknown>(
    url: string | URL,
    options: MethodOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<Success<FormValues[Form], Meta>>
  <T = unknown, Meta = unknown>(url: string | URL, options?: MethodOptions<T, Meta>): Promise<Success<T, Meta>>
}

/** Current state of a client. */
export interface ClientStatus {
  readonly inFlight: number
  /** Calls that are not admitted yet. Those that wait between attempts are not among them. */
  readonly waiting: number
  readonly concurrency: number
  readonly isPaused: boolean
  /** The limits that hold calls back at this moment. */
  readonly heldBy: ReadonlySet<string>
  /** Milliseconds so far in which at least one call of a queue waited, by the limit it waited for. */
  readonly waits: ReadonlyMap<string, number>
}

/** Options that an extended client may have of its own. All others belong to limits and connections, which are shared. */
export type ExtendOptions = Pick<
  ClientOptions,
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
  | 'bigNumbers'
>

/** Makes API calls within limits, and accounts for every one. Make one client for each set of limits, and keep it. */
export interface Client extends AsyncDisposable {
  /** One call. @throws SluiceError that says why there is no success; the signal's reason if aborted. */
  send<Form extends keyof FormValues, Meta = unknown>(
    request: RequestInput<Meta>,
    options: SendOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<Success<FormValues[Form], Meta>>
  send<T = unknown, Meta = unknown>(
    request: RequestInput<Meta>,
    options?: SendOptions<T, Meta>,
  ): Promise<Success<T, Meta>>
  /** One call, whose failure is a value. @throws the signal's reason if aborted; SettingsError for a wrong option. */
  try<Form extends keyof FormValues, Meta = unknown>(
    request: RequestInput<Meta>,
    options: SendOptions<FormValues[Form], Meta> & Reading<Form>,
  ): Promise<CallResult<FormValues[Form], Meta>>
  try<T = unknown, Meta = unknown>(
    request: RequestInput<Meta>,
    options?: SendOptions<T, Meta>,
  ): Promise<CallResult<T, Meta>>
  readonly get: Method
  readonly head: Method
  readonly options: Method
  readonly post: Method
  readonly put: Method
  readonly patch: Method
  readonly delete: Method
  /**
   * Many calls, their results in the order of the input. An item that fails is a `Failure` in the array.
   *
   * @throws the signal's reason if aborted, and what the source throws.
   */
  all<T = unknown, Meta = unknown>(
    requests: BulkSource<Meta>,
    options?: Omit<BulkOptions<T>, 'ordered'>,
  ): Promise<CallResult<T, Meta>[]>
  /**
   * Any number of calls, in constant memory: reads `requests` as it needs them, and hands over each result once, in the
   * order of completion or, with `ordered`, of the input. Leaving the loop cancels what is in flight.
   */
  stream<T = unknown, Meta = unknown>(requests: BulkSource<Meta>, options?: BulkOptions<T>): BulkRun<T, Meta>
  /**
   * Runs any async function within the limits of this client: queue, rates, concurrency, breaker, retries and deadline, as a
   * request has them. Pass `signal` on: a function that ignores it loses its permit a second after it was cancelled.
   *
   * @returns what the function returns. @throws what it throws in its last attempt; SluiceError where it was not run, or cancelled;
   * the signal's reason if aborted.
   */
  run<T>(work: (context: WorkContext) => T | PromiseLike<T>, options?: WorkOptions): Promise<T>
  /**
   * Runs a function for each item, with everything that `stream` does for requests. The item is `request.meta` of its result, and
   * what it threw the `cause` of its error.
   */
  mapStream<Item, T>(
    items: Iterable<Item> | AsyncIterable<Item>,
    work: (item: Item, context: WorkContext) => T | PromiseLike<T>,
    options?: MapOptions<Item>,
  ): BulkRun<T, Item>
  /**
   * Page after page of a list, from the one that `request` asks for; with `items` the items of all pages. Where the first
   * page tells how many there are, the others are requested many at a time. Constant memory, and always in order; leaving the
   * loop cancels what is under way. Throws as `send` does: a page that fails throws its error at its place, unless
   * `failures: 'yield'` asks for it as a `Failure` in its place.
   *
   * @throws SettingsError for a wrong option. In the loop: SluiceError of a page that failed; PaginationError if the way to
   * the next page is not right; the signal's reason if aborted.
   */
  paginate<Item = unknown, T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly items: PageItems<T, Item> },
  ): AsyncGenerator<Item, void, undefined>
  paginate<T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly failures: 'yield' },
  ): AsyncGenerator<Page<T> | Failure, void, undefined>
  paginate<T = unknown>(
    request: RequestInput,
    options: PaginateOptions<T> & { readonly failures?: 'throw' | undefined },
  ): AsyncGenerator<Page<T>, void, undefined>
  /**
   * The platform's `fetch`, within the limits of this client: for libraries that take one. Statuses from 400 up are answers,
   * also when further attempts were in vain. The promise settles with the head of the answer, and its body comes as the server
   * sends it; the permit is released at its end. A body of the request that is a stream is sent as it comes, and not retried.
   *
   * @throws TypeError for what is no request, and for a failure without an answer, with the SluiceError as its `cause`; the
   * signal's reason if aborted.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /**
   * A client with other defaults on the same limits, queue, connections and events, such as one with the credentials of one
   * user of an API. `headers` and `retry` are merged with those of this client; all other options replace it. Token and cache
   * are shared unless `auth` or `cache` is given. `pause`, `setConcurrency`, `setRate`, `status` and `on` are about all of them together;
   * `close` ends the extended client's own calls, and that of this client ends everything.
   *
   * @throws SettingsError for an option that cannot work, or that belongs to what is shared.
   */
  extend(defaults: ExtendOptions): Client
  /** Calls `listener` with everything that happens. Returns how to stop. */
  on(listener: Listener): () => void
  /** Admits nothing more until `resume`. What is in flight goes on. */
  pause(): void
  resume(): void
  /** Another number of attempts in flight from now on; with `'auto'` another bound of what is found. */
  setConcurrency(concurrency: number): void
  /**
   * Other rates from now on, in place of all that there are; undefined for those that the client was made with. Sends so far do
   * not count against a new rate.
   */
  setRate(rate: ClientOptions['rate']): void
  status(): ClientStatus
  /** Rejects what waits, aborts what is in flight, and releases every connection and timer. */
  close(): Promise<void>
}
