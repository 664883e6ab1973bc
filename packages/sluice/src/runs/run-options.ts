import { type BulkOptions, bulkOptionNames, type Each } from '../client/bulk/options.ts'
import type { Client } from '../client/client.ts'
import { clockOf } from '../client/inside-client.ts'
import { callback, checkNames, flag, type OptionNames, withFunctions } from '../errors/checks.ts'
import { messageOf } from '../errors/message-of.ts'
import { SettingsError, unexpected, wrongKind } from '../errors/settings-error.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { RequestInput } from '../http/request.ts'
import type { RunStore } from '../stores/run-store.ts'
import type { RunWish } from '../stores/run-wish.ts'
import type { Clock } from '../time/clock.ts'
import { type Duration, parseDuration } from '../time/duration.ts'
import type { RunInput } from './list-source.ts'
import type { StoreEvent } from './store-state.ts'
import type { StoredQuotas } from './stored-quotas.ts'
import { BodyInFile, resolveStoring, type StoringOptions } from './stored-result.ts'

/** Options of a stored run. */
export interface RunOptions extends Omit<BulkOptions, 'ordered' | 'keepBody' | 'total'> {
  readonly store: RunStore
  /** Client that makes the calls. Not closed at the end. */
  readonly client: Client<unknown>
  /**
   * Sends an `Idempotency-Key` with each request, which is the same across attempts, kills and resumes.
   *
   * @default false
   */
  readonly idempotencyKey?: boolean | undefined
  /** Response headers that are stored besides `content-type`; `*` for all. Secret ones are masked. @default none */
  readonly keepHeaders?: readonly string[] | undefined
  /** Quota memory of the client, if it belongs to this store: sends are stored with the results. */
  readonly quotas?: StoredQuotas | undefined
  /** Masks secrets in ids, URLs and messages before they are stored. Credentials in URLs are always masked. */
  readonly redact?: ((text: string) => string) | undefined
  /** Called with the new and the previous wishes after a change from outside was applied. Its errors are swallowed. */
  readonly onSteered?: ((wish: RunWish, before: RunWish) => void) | undefined
  /**
   * Maximum duration of an outage of the store, such as a full disk. Results are kept meanwhile, and requests sent until
   * about 500 results wait. When it is over, the run ends with the error of the store. @default '10min'
   */
  readonly storeTimeout?: Duration | undefined
  /** Called when the store is lost, and when it is back after `lostFor` milliseconds. Its errors are swallowed. */
  readonly onStore?: ((event: StoreEvent, lostFor: number) => void) | undefined
  /** Changes each request just before it is passed to the client. Additions such as headers are not stored. */
  readonly prepare?: PrepareRequest | undefined
  /** @default the client's */
  readonly clock?: Clock | undefined
}

/** Changes the request of the item at `index` of the source. */
export type PrepareRequest = (request: RequestInput, index: number) => RequestInput

/** Options of a new run. */
export interface StartRunOptions extends RunOptions {
  /** Unique in the store. @default `run-1`, `run-2`, ... */
  readonly name?: string | undefined
  /**
   * Continues the run of this name, if the store has it, and does its failed items again. @default false: the name must
   * be free
   */
  readonly resume?: boolean | undefined
  /** Requests to make: a list, an iterable, a function that makes one, or a custom source. */
  readonly source: RunInput
  /** Data stored with the run for its resume: plain, without secrets. */
  readonly settings?: unknown
}

/** Options of a resumed run. */
export interface ResumeRunOptions extends RunOptions {
  /** Name of the run. @default the newest unfinished run */
  readonly name?: string | undefined
  /** The source that the run started with. Not needed if the store has all of its items, as for a stream. */
  readonly source?: RunInput | undefined
  /** Continues even if the source is a different one. Results retain their position in the source. @default false */
  readonly force?: boolean | undefined
}

/** Validated options with their defaults. */
export interface RunSettings {
  readonly bulk: BulkOptions
  readonly isKeyed: boolean
  readonly storing: StoringOptions
  /** In milliseconds. */
  readonly storeTimeout: number
  readonly onStore: RunOptions['onStore']
  /** Time for calls in flight after a stop, in milliseconds. */
  readonly grace: number
  readonly onSteered: RunOptions['onSteered']
  readonly prepare: PrepareRequest | undefined
  readonly clock: Clock
}

// A run sets these options itself.
const { ordered: _ordered, keepBody: _keepBody, total: _total, ...namesOfBulk } = bulkOptionNames

const names: OptionNames<StartRunOptions | ResumeRunOptions> = {
  store: true,
  client: true,
  idempotencyKey: true,
  keepHeaders: true,
  quotas: true,
  redact: true,
  onSteered: true,
  storeTimeout: true,
  onStore: true,
  prepare: true,
  clock: true,
  name: true,
  source: true,
  settings: true,
  resume: true,
  force: true,
  ...namesOfBulk,
}

/** Fills in defaults and validates the options. @throws SettingsError that names the option. */
export function resolveRun(options: RunOptions & Partial<Pick<StartRunOptions, 'name' | 'settings'>>): RunSettings {
  checkNames('', options, names)
  if (options.store === undefined || options.client === undefined)
    throw new SettingsError('a run needs a store and a client')
  withFunctions('store', options.store, ['create', 'find', 'commit'])
  withFunctions('client', options.client, ['stream', 'extend'])
  checkRunName(options.name)
  checkRunSettings(options.settings)
  const { clock = clockOf(options.client) } = options
  const { failFast, maxFailures, budget, maxTime, grace, deadline, signal, readAhead, onProgress } = options
  const { schema, pages, follow, concurrency } = options
  const each = callback('each', options.each)
  return {
    bulk: {
      ...{ failFast, maxFailures, budget, maxTime, grace, deadline, signal, readAhead, onProgress },
      ...{ schema, pages, follow, concurrency },
      each: each === undefined ? undefined : jsonCheckedEach(each),
      keepBody: true,
    },
    isKeyed: flag('idempotencyKey', options.idempotencyKey ?? false),
    storing: resolveStoring(options),
    storeTimeout: parseDuration('storeTimeout', options.storeTimeout ?? '10min'),
    onStore: callback('onStore', options.onStore),
    grace: parseDuration('grace', grace ?? '10s'),
    onSteered: callback('onSteered', options.onSteered),
    prepare: callback('prepare', options.prepare),
    clock,
  }
}

const longestName = 500

function checkRunName(name: unknown): void {
  if (name === undefined || (typeof name === 'string' && name.length > 0 && name.length <= longestName)) return
  throw unexpected('name', `text of 1 to ${longestName} characters`, name)
}

function checkRunSettings(settings: unknown): void {
  if (settings === undefined) return
  try {
    if (writeJson(settings) !== undefined) return
  } catch (error) {
    throw new SettingsError(`settings: cannot be stored as JSON: ${messageOf(error)}`)
  }
  throw wrongKind('settings', 'plain data', settings)
}

/** Wraps a consumer: a value that is not JSON fails its item before the result is settled, and not the run. */
function jsonCheckedEach(each: Each): Each {
  return async (result, context) => {
    const value = await each(result, context)
    if (!(value instanceof BodyInFile)) writeJson(value)
    return value
  }
}

/** Name that is free in the store: `run-1`, `run-2`, ... */
export async function freeName(store: RunStore): Promise<string> {
  for (let number = (await store.count()) + 1; ; number++) {
    const name = `run-${number}`
    if ((await store.find(name)) === undefined) return name
  }
}
