import { parseRates } from '../algorithms/rate/rate.ts'
import { abortSignal, optionalText, plainOptions, wholeNumber } from '../errors/checks.ts'
import { SettingsError } from '../errors/settings-error.ts'
import { Emitter, type Listener } from '../events/emitter.ts'
import { isStreamForm, type RequestInput, type RequestSpec } from '../http/request.ts'
import { type WorkContext, WorkError } from '../policies/work.ts'
import { parseTimeLimit } from '../time/duration.ts'
import type { BulkParts } from './bulk/bulk-parts.ts'
import { BulkRun } from './bulk/bulk-run.ts'
import { collectAll } from './bulk/collect-all.ts'
import { OpenRuns } from './bulk/open-runs.ts'
import type { BulkOptions } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'
import { type CallDetails, Caller, tokenSender } from './caller.ts'
import type { CallOptions, Client, ExtendOptions, MethodOptions, SendOptions } from './client.ts'
import { closeTransport } from './close-transport.ts'
import type { CallError } from './errors.ts'
import { extendedOptions } from './extended-options.ts'
import { insides } from './inside-client.ts'
import { errorMapping } from './map-error.ts'
import { callOptionNames, checkClientOptions, checkExtendOptions, splitOptions } from './option-names.ts'
import type { AnyPaginateOptions } from './pagination/options.ts'
import { paginate } from './pagination/paginate.ts'
import { createLimits, createPipeline, type Limits, type Pipeline } from './pipeline.ts'
import { platformFetch } from './platform-fetch/platform-fetch.ts'
import type { CallResult, Success } from './result.ts'
import { checkedSchema } from './schema/standard-schema.ts'
import { type ClientOptions, type ClientSettings, resolveClient } from './settings.ts'
import { type MapOptions, mapPlan, WorkInput, type WorkOptions, workInput } from './work.ts'

/** Merges the request fields among the options of a call, and the method of `get` and others, into its request. */
function withFields(input: RequestInput, options: SendOptions, method?: string): RequestInput {
  let request: Record<string, unknown> | undefined
  for (const name in options) {
    const value = options[name as keyof SendOptions]
    if (value === undefined || Object.hasOwn(callOptionNames, name)) continue
    request ??= typeof input === 'string' || input instanceof URL ? { url: input } : { ...input }
    request[name] = value
  }
  if (method !== undefined) return { ...request, url: input as string | URL, method }
  return request === undefined ? input : (request as unknown as RequestSpec)
}

/** Kind of a call, set by the method that makes it. */
type CallKind = Pick<CallDetails, 'waitsForRecovery' | 'followsRedirects' | 'keepBody'>

/** Creates a client. @throws SettingsError if an option is invalid. */
export function createClient<E = CallError>(given: ClientOptions<E> = {}): Client<E> {
  // Inside the client errors have their own type until they are mapped.
  const options = given as ClientOptions
  checkClientOptions(options)
  const settings = resolveClient(options)
  const events = new Emitter()
  return clientOn(createLimits(settings, events), { options, settings, events }) as unknown as Client<E>
}

/** Parts of a client that its extended clients may need. */
interface Origin {
  readonly options: ClientOptions
  readonly settings: ClientSettings
  readonly events: Emitter
  readonly caller?: Caller
  readonly runs?: OpenRuns
  readonly pipeline?: Pipeline
}

/** Creates a client on limits that may be shared. If `origin` has a caller, it is the client that is being extended. */
function clientOn(limits: Limits, origin: Origin, defaults?: ExtendOptions): Client {
  const { events } = origin
  const options = defaults === undefined ? origin.options : extendedOptions(origin.options, defaults)
  const settings =
    defaults === undefined
      ? origin.settings
      : resolveClient({
          ...options,
          transport: origin.settings.transport,
          cookies: origin.settings.cookies,
        })
  const { admission, gates } = limits
  const pipeline = createPipeline(settings, events, limits, {
    sendForToken: tokenSender(() => caller, settings.deadline),
    origin: origin.pipeline,
    changes: defaults ?? {},
  })
  const { scope } = pipeline
  const { concurrency, hold } = gates
  const caller: Caller = new Caller(settings, pipeline, events, origin.caller)
  const runs = new OpenRuns(origin.runs)

  const mapped = errorMapping(settings.mapError)

  async function callOnce(
    input: RequestInput,
    callOptions: CallOptions = {},
    kind: CallKind = {},
    method?: string,
  ): Promise<CallResult> {
    plainOptions('options', callOptions)
    const request = input instanceof WorkInput ? (input as never) : withFields(input, callOptions, method)
    const signal = abortSignal('signal', callOptions.signal)
    signal?.throwIfAborted()
    const deadline =
      callOptions.deadline === undefined ? settings.deadline : parseTimeLimit('deadline', callOptions.deadline)
    const schema = checkedSchema(callOptions.schema)
    const prepared = caller.prepare(request, 0, true)
    if (prepared.request === undefined) return prepared.failure
    if (schema !== undefined && isStreamForm(prepared.request.readAs))
      throw new SettingsError(`schema and readAs: '${prepared.request.readAs}': a schema needs the whole body`)
    const details = {
      index: 0,
      deadline,
      schema,
      caller: optionalText('caller', callOptions.caller),
      ...kind,
      scope: scope(),
    }
    const { call, result, ended } = caller.begin(prepared.request, details)
    if (signal === undefined) return await result
    const abort = (): void => call.cancellation.cancel(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    ended.then(() => signal.removeEventListener('abort', abort))
    const settled = await result
    if (!settled.ok && call.cancellation.cancelled && call.cancellation.reason === signal.reason) throw signal.reason
    return settled
  }

  async function send(input: RequestInput, callOptions?: CallOptions, method?: string): Promise<Success> {
    const result = await callOnce(input, callOptions, {}, method)
    if (result.ok) return result
    throw mapped.error(result.error)
  }

  const bulkRun = (requests: BulkSource, bulkOptions: BulkOptions, handOver: BulkParts['handOver']): BulkRun =>
    new BulkRun(requests, bulkOptions, {
      caller,
      admission,
      events,
      clock: settings.clock,
      costs: limits.costs,
      deadline: settings.deadline,
      concurrency,
      runs,
      scope: scope(),
      handOver,
    })
  const asItIs = (result: CallResult): CallResult => result

  const method =
    (name: string) =>
    (url: string | URL, methodOptions?: MethodOptions): Promise<Success> =>
      send(url, methodOptions, name)

  const client = {
    send: (input: RequestInput, callOptions?: CallOptions) => send(input, callOptions),
    try: async (input: RequestInput, callOptions?: CallOptions) => mapped.result(await callOnce(input, callOptions)),
    get: method('GET'),
    head: method('HEAD'),
    options: method('OPTIONS'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    async all(requests: BulkSource, bulkOptions: BulkOptions = {}) {
      const results = await collectAll(
        bulkRun(requests, { ...plainOptions('options', bulkOptions), ordered: false }, asItIs),
        requests,
      )
      return results.map(mapped.result)
    },
    stream: (requests: BulkSource, bulkOptions: BulkOptions = {}) => bulkRun(requests, bulkOptions, mapped.result),
    async run(work: (context: WorkContext) => unknown, workOptions: WorkOptions = {}) {
      const result = await callOnce(workInput(work, workOptions) as never, workOptions)
      if (result.ok) return result.value
      throw result.error instanceof WorkError ? result.error.cause : mapped.error(result.error)
    },
    mapStream(items: Iterable<unknown>, work: (item: unknown) => unknown, mapOptions: MapOptions<unknown> = {}) {
      const { source, bulk } = mapPlan(items, work, mapOptions)
      return client.stream(source, bulk)
    },
    paginate: (input: RequestInput, pageOptions: AnyPaginateOptions) =>
      paginate(input, pageOptions, {
        prepare: (request) => caller.prepare(request, 0),
        one: (request, { keepBody, ...options }) => callOnce(request, options, { waitsForRecovery: true, keepBody }),
        many: (requests, options) => bulkRun(requests, options, asItIs),
        mapped,
        limit: () => gates.limitNow(),
      }),
    fetch: platformFetch({
      baseUrl: settings.baseUrl,
      // Responses that are cached, coalesced or hedged are read whole.
      readsWhole: settings.cache !== undefined || settings.coalesce || settings.hedge !== undefined,
      call: (request, { signal, followsRedirects }) => callOnce(request, { signal }, { followsRedirects }),
    }),
    extend(changes: ExtendOptions) {
      checkExtendOptions(changes)
      return clientOn(limits, { options, settings, events, caller, runs, pipeline }, changes)
    },
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
    setRate(rate: ClientOptions['rate']) {
      gates.setRates(rate === undefined ? settings.rates : parseRates('rate', rate), admission.partitions)
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
      pipeline.close()
      if (origin.caller !== undefined) return
      admission.close()
      try {
        await closeTransport(settings.transport, settings.clock)
      } finally {
        await gates.close()
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
  insides.set(client, {
    clock: settings.clock,
    async queuedCall(input, { cancellation, caller: name, scope: given = scope() }) {
      const prepared = caller.prepare(input, 0, true)
      if (prepared.request === undefined) return prepared.failure
      const details = {
        index: 0,
        deadline: settings.deadline,
        waitsForRecovery: 'queue',
        caller: name,
        scope: given,
      } as const
      const { call, result, ended } = caller.begin(prepared.request, details)
      cancellation.add(call.cancellation)
      ended.then(() => cancellation.remove(call.cancellation))
      return await result
    },
  })
  // The type of a value is asserted by the caller; it is not checked.
  return client as unknown as Client
}

/** Options of the client and of the bulk run together. */
export type FetchAllOptions<T = unknown, E = CallError> = ClientOptions<E> &
  Omit<BulkOptions<T>, 'ordered' | 'deadline' | 'concurrency'>

/**
 * Creates a client for one job: sends all requests within the limits, and returns one result for each, in the order of
 * the input.
 *
 * @throws SettingsError if an option is invalid; the signal's reason if aborted; errors of the source. Never for an
 * item.
 */
export async function fetchAll<T = unknown, Meta = unknown, E = CallError>(
  requests: BulkSource<Meta>,
  options: FetchAllOptions<T, E> = {},
): Promise<CallResult<T, Meta, E>[]> {
  const { client: clientOptions, bulk } = splitOptions<T>(options as FetchAllOptions<T>)
  // Not `await using`, which some browsers do not support.
  const client = createClient(clientOptions as ClientOptions<E>)
  try {
    return await client.all<T, Meta>(requests, bulk)
  } finally {
    await client.close()
  }
}
