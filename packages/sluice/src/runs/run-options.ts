import { type BulkOptions, bulkOptionNames, type Each } from '../client/bulk/options.ts'
import type { Client } from '../client/client.ts'
import { callback, checkNames, flag, type OptionNames } from '../errors/checks.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { RequestInput } from '../http/request.ts'
import type { RunStore } from '../stores/run-store.ts'
import type { RunWish } from '../stores/run-wish.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'
import { BodyInFile } from './body-in-file.ts'
import type { RunInput } from './list-source.ts'
import type { StoredQuotas } from './stored-quotas.ts'
import { resolveStoring, type StoringOptions } from './stored-result.ts'

/** Options of a stored run. */
export interface RunOptions extends Omit<BulkOptions, 'ordered' | 'keepBody' | 'total'> {
  readonly store: RunStore
  /** Client that makes the calls. It is not closed at the end. */
  readonly client: Client
  /**
   * Each request carries an `Idempotency-Key` that is the same over attempts, kills and resumes.
   *
   * @default false
   */
  readonly idempotencyKey?: boolean | undefined
  /** Headers of answers that are kept besides `content-type`; `*` for all. Secret ones are masked. @default none */
  readonly keepHeaders?: readonly string[] | undefined
  /** The client's memory of quotas, if it is one of this store: what is sent is kept with the results. */
  readonly quotas?: StoredQuotas | undefined
  /** Masks secrets in ids, URLs and messages before they are kept. Credentials in URLs are masked anyway. */
  readonly redact?: ((text: string) => string) | undefined
  /** Called when wishes from outside were obeyed, such as a pause or another rate, with those before. Its errors are swallowed. */
  readonly onSteered?: ((wish: RunWish, before: RunWish) => void) | undefined
  /** Changes each request just before it is given to the client. What it adds, such as a header, is not stored. */
  readonly prepare?: PrepareRequest | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Changes the request of the item at `index` of the source. */
export type PrepareRequest = (request: RequestInput, index: number) => RequestInput

/** Options of a new run. */
export interface StartRunOptions extends RunOptions {
  /** Unique in the store. @default `run-1`, `run-2`, ... */
  readonly name?: string | undefined
  /** Requests to make: a list, an iterable, a function that makes one, or a custom source. */
  readonly source: RunInput
  /** Data stored with the run, for its resume: plain, without secrets. */
  readonly settings?: unknown
}

/** Options of a resumed run. */
export interface ResumeRunOptions extends RunOptions {
  /** @default the newest that is not finished */
  readonly name?: string | undefined
  /** The same that it began with. Not needed if the store has all of it, as of a stream. */
  readonly source?: RunInput | undefined
  /** Go on although the source says that it is another one. Results stay with their place in it. @default false */
  readonly force?: boolean | undefined
}

/** Checked options with their defaults. */
export interface RunSettings {
  readonly bulk: BulkOptions
  readonly isKeyed: boolean
  readonly storing: StoringOptions
  readonly onSteered: RunOptions['onSteered']
  readonly prepare: PrepareRequest | undefined
  readonly clock: Clock
}

/** Names of the options of new and of resumed runs. */
// A run decides these itself.
const { ordered: _ordered, keepBody: _keepBody, total: _total, ...namesOfBulk } = bulkOptionNames

const names: OptionNames<StartRunOptions | ResumeRunOptions> = {
  store: true,
  client: true,
  idempotencyKey: true,
  keepHeaders: true,
  quotas: true,
  redact: true,
  onSteered: true,
  prepare: true,
  clock: true,
  name: true,
  source: true,
  settings: true,
  force: true,
  ...namesOfBulk,
}

/** Completes and checks the options. @throws SettingsError that names the option. */
export function resolveRun(options: RunOptions): RunSettings {
  checkNames('', options, names)
  const { clock = systemClock } = options
  const { failFast, maxFailures, budget, maxTime, grace, deadline, signal, readAhead, onProgress } = options
  const { schema, pages, follow } = options
  const each = callback('each', options.each)
  return {
    bulk: {
      ...{ failFast, maxFailures, budget, maxTime, grace, deadline, signal, readAhead, onProgress },
      ...{ schema, pages, follow },
      each: each === undefined ? undefined : storableEach(each),
      keepBody: true,
    },
    isKeyed: flag('idempotencyKey', options.idempotencyKey ?? false),
    storing: resolveStoring(options),
    onSteered: callback('onSteered', options.onSteered),
    prepare: callback('prepare', options.prepare),
    clock,
  }
}

/** The consumer, whose value is found out to be JSON before the result is settled: it fails one item, and not the run. */
function storableEach(each: Each): Each {
  return async (result, context) => {
    const value = await each(result, context)
    if (!(value instanceof BodyInFile)) writeJson(value)
    return value
  }
}

/** A name that is free in the store: `run-1`, `run-2`, ... */
export async function freeName(store: RunStore): Promise<string> {
  const taken = new Set((await store.list()).map(({ name }) => name))
  let number = taken.size + 1
  while (taken.has(`run-${number}`)) number++
  return `run-${number}`
}
