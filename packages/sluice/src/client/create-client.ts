import { abortSignal, type OptionNames, wholeNumber } from '../errors/checks.ts'
import { Emitter, type Listener } from '../events/emitter.ts'
import type { RequestInput, RequestSpec } from '../http/request.ts'
import { type Duration, parseDuration } from '../time/duration.ts'
import { BulkRun } from './bulk/bulk-run.ts'
import { collectAll } from './bulk/collect-all.ts'
import { OpenRuns } from './bulk/open-runs.ts'
import type { BulkOptions } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'
import { type CallDetails, Caller } from './caller.ts'
import { closeTransport } from './close-transport.ts'
import { checkClientOptions } from './option-names.ts'
import type { AnyPaginateOptions, Page, PageItems, PaginateOptions } from './pagination/options.ts'
import { paginate } from './pagination/paginate.ts'
import { createPipeline } from './pipeline.ts'
import { platformFetch } from './platform-fetch/platform-fetch.ts'
import type { CallResult, Failure, Success } from './result.ts'
import { checkedSchema, type SchemaOf } from './schema/standard-schema.ts'
import { tokenSender } from './send-for-token.ts'
import { type ClientOptions, resolveClient } from './settings.ts'

/** How long one call may take, and who may stop it. */
export interface CallOptions<T = unknown> {
  /** Aborting rejects with the signal's own reason, wherever the call is. */
  readonly signal?: AbortSignal | undefined
  /** Time for the whole call. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
  /**
   * What the value must fit, in a Standard Schema (of zod, valibot, arktype and others): `value` is its output, and typed so.
   * A body that does not fit is a failure with `SLUICE_SCHEMA`, and is not asked for again. @default any value
   */
  readonly schema?: SchemaOf<T> | undefined
}

const callOptionNames: OptionNames<CallOptions> = { signal: true, deadline: true, schema: true }

/** Options of a call, and fields of its request beside those that it has: `try('/items', { query: { page: 2 } })`. */
export type SendOptions<T = unknown> = CallOptions<T> & Omit<RequestSpec, 'url'>

/** The request with the fields that stand among the options of its call. */
function withFields(input: RequestInput, options: SendOptions): RequestInput {
  let request: Record<string, unknown> | undefined
  for (const name in options) {
    const value = options[name as keyof SendOptions]
    if (value === undefined || Object.hasOwn(callOptionNames, name)) continue
    request ??= typeof input === 'string' || input instanceof URL ? { url: input } : { ...input }
    request[name] = value
  }
  return request === undefined ? input : (request as unknown as RequestSpec)
}

/** Options of a call made with `get` and its like: of the call, and of the request. */
type MethodOptions<T = unknown> = CallOptions<T> & Omit<RequestSpec, 'url' | 'method'>

/** What a client is doing right now. */
export interface ClientStatus {
  readonly inFlight: number
  /** Calls that are not admitted yet. Those that wait between attempts are not among them. */
  readonly waiting: number
  readonly concurrency: number
  readonly isPaused: boolean
  /** The limits that hold calls back at this moment. */
  readonly heldBy: ReadonlySet<string>
  /** Milliseconds so far in which at least one call of a line waited, by the limit it waited for. */
  readonly waits: ReadonlyMap<string, number>
}

/** Makes API calls within limits, and accounts for every one. Make one client for each set of limits, and keep it. */
export interface Client extends AsyncDisposable {
  /** One call. @throws SluiceError that says why there is no success; the signal's reason if aborted. */
  send<T = unknown>(request: RequestInput, options?: SendOptions<T>): Promise<Success<T>>
  /** One call, whose failure is a value. @throws the signal's reason if aborted; SettingsError for a wrong option. */
  try<T = unknown>(request: RequestInput, options?: SendOptions<T>): Promise<CallResult<T>>
  get<T = unknown>(url: string | URL, options?: MethodOptions<T>): Promise<Success<T>>
  post<T = unknown>(url: string | URL, options?: MethodOptions<T>): Promise<Success<T>>
  put<T = unknown>(url: string | URL, options?: MethodOptions<T>): Promise<Success<T>>
  patch<T = unknown>(url: string | URL, options?: MethodOptions<T>): Promise<Success<T>>
  delete<T = unknown>(url: string | URL, options?: MethodOptions<T>): Promise<Success<T>>
  /**
   * Many calls, their results in the order of the input. An item that fails is a `Failure` in the array.
   *
   * @throws the signal's reason if aborted, and what the source throws.
   */
  all<T = unknown>(requests: BulkSource, options?: Omit<BulkOptions<T>, 'ordered'>): Promise<CallResult<T>[]>
  /**
   * Any number of calls, in constant memory: reads `requests` as it needs them, and hands over each result once, in the
   * order of completion or, with `ordered`, of the input. Leaving the loop cancels what is in flight.
   */
  stream<T = unknown>(requests: BulkSource, options?: BulkOptions<T>): BulkRun<T>
  /**
   * Page after page of a list, from the one that `request` asks for; with `items` the items of all pages. Where the first
   * page tells how many there are, the others are asked for many at a time. Constant memory, and always in order; leaving the
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
   * also when further attempts were in vain. The body of the request is read whole before it is sent, and that of the answer
   * before the promise settles: what a server sends bit by bit comes at its end.
   *
   * @throws TypeError for what is no request, and for a failure without an answer, with the SluiceError as its `cause`; the
   * signal's reason if aborted.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Calls `listener` with everything that happens. Returns how to stop. */
  on(listener: Listener): () => void
  /** Admits nothing more until `resume`. What is in flight goes on. */
  pause(): void
  resume(): void
  /** Another number of attempts in flight from now on; with `'auto'` another bound of what is found. */
  setConcurrency(concurrency: number): void
  status(): ClientStatus
  /** Rejects what waits, tears down what is in flight, and gives back every connection and timer. */
  close(): Promise<void>
}

/** What tells one call from another besides its options. */
type CallKind = Pick<CallDetails, 'waitsForRecovery' | 'followsRedirects' | 'keepBody'>

/** Makes a client. @throws SettingsError if an option cannot work. */
export function createClient(options: ClientOptions = {}): Client {
  checkClientOptions(options)
  const settings = resolveClient(options)
  const events = new Emitter()
  const { run, judge, admission, gates, scope, close } = createPipeline(
    settings,
    events,
    tokenSender(() => caller, settings.deadline),
  )
  const { concurrency, hold } = gates
  const caller: Caller = new Caller(settings, { run, judge }, events)
  const runs = new OpenRuns()

  const tryCall = (input: RequestInput, callOptions?: CallOptions): Promise<CallResult> =>
    callOnce(input, callOptions, {})

  async function callOnce(input: RequestInput, callOptions: CallOptions = {}, kind: CallKind): Promise<CallResult> {
    const request = withFields(input, callOptions)
    const signal = abortSignal('signal', callOptions.signal)
    signal?.throwIfAborted()
    const deadline =
      callOptions.deadline === undefined ? settings.deadline : parseDuration('deadline', callOptions.deadline)
    const schema = checkedSchema(callOptions.schema)
    const prepared = caller.prepare(request, 0)
    if (prepared.request === undefined) return prepared.failure
    const { call, result } = caller.begin(prepared.request, { index: 0, deadline, schema, ...kind, scope: scope() })
    if (signal === undefined) return await result
    const abort = (): void => call.cancellation.cancel(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      const settled = await result
      if (!settled.ok && call.cancellation.cancelled && call.cancellation.reason === signal.reason) throw signal.reason
      return settled
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async function send(input: RequestInput, callOptions?: CallOptions): Promise<Success> {
    const result = await tryCall(input, callOptions)
    if (result.ok) return result
    throw result.error
  }

  const method =
    (name: string) =>
    (url: string | URL, { signal, deadline, schema, ...request }: MethodOptions = {}): Promise<Success> =>
      send({ ...request, url, method: name }, { signal, deadline, schema })

  const client = {
    send,
    try: tryCall,
    get: method('GET'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    async all(requests: BulkSource, bulkOptions: BulkOptions = {}) {
      return await collectAll(client.stream(requests, { ...bulkOptions, ordered: false }), requests)
    },
    stream: (requests: BulkSource, bulkOptions: BulkOptions = {}) =>
      new BulkRun(requests, bulkOptions, {
        caller,
        admission,
        clock: settings.clock,
        deadline: settings.deadline,
        concurrency,
        runs,
        scope: scope(),
      }),
    paginate: (input: RequestInput, pageOptions: AnyPaginateOptions) =>
      paginate(input, pageOptions, {
        prepare: (request) => caller.prepare(request, 0),
        one: (request, { keepBody, ...options }) => callOnce(request, options, { waitsForRecovery: true, keepBody }),
        many: (requests, options) => client.stream(requests, options),
        limit: () => gates.limitNow(),
      }),
    fetch: platformFetch({
      baseUrl: settings.baseUrl,
      call: (request, { signal, followsRedirects }) => callOnce(request, { signal }, { followsRedirects }),
    }),
    on: (listener: Listener) => events.on(listener),
    pause() {
      hold.isHeld = true
    },
    resume() {
      hold.isHeld = false
      admission.wake()
    },
    setConcurrency(limit: number) {
      concurrency.setLimit(wholeNumber('concurrency', limit, 1))
      admission.wake()
    },
    status: () => ({
      inFlight: admission.inFlight,
      waiting: admission.waiting,
      concurrency: gates.limitNow(),
      isPaused: hold.isHeld,
      heldBy: admission.heldBy(),
      waits: admission.waits(),
    }),
    async close() {
      runs.close()
      caller.close()
      close()
      admission.close()
      try {
        await closeTransport(settings.transport, settings.clock)
      } finally {
        await gates.close()
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
  // The type of a value is what its caller says it is: the one promise here that nobody checks.
  return client as unknown as Client
}
