import { callback, checkNames, type OptionNames } from '../errors/checks.ts'
import { unexpected } from '../errors/settings-error.ts'
import { createRequest, type RequestDefaults } from '../http/create-request.ts'
import type { ApiRequest, Cost } from '../http/request.ts'
import { classifyThrown, type WorkContext, type WorkRequest, type WorkVerdict } from '../policies/work.ts'
import type { Duration } from '../time/duration.ts'
import { type BulkOptions, bulkOptionNames } from './bulk/options.ts'
import type { BulkSource } from './bulk/source.ts'

/** Limits of a function, as for a request. */
interface WorkLimits {
  /** Partition of the function; functions of one partition share its limits and queue. @default 'functions' */
  readonly partition?: string | undefined
  /** Cost in request rates, and in every unit that `cost` does not name. @default 1; 0 in other units */
  readonly weight?: number | undefined
  /** Cost by unit, such as `{ rows: 500 }`. @default the client's `cost` */
  readonly cost?: Cost | undefined
  /** Priority in the queue of the partition; higher goes first. @default 0 */
  readonly priority?: number | undefined
}

interface AllWork {
  /** Timeout of one attempt. After it the signal is aborted and the attempt fails. @default the client's `timeout` */
  readonly timeout?: Duration | undefined
  /**
   * Classifies an error: `'transient'` and `{ throttled: ms }` are retried, `'permanent'` is not.
   * @default by `status`, `statusCode`, `retryAfter` and `code` of the error, as HTTP clients and drivers set them
   */
  readonly classify?: ((error: unknown) => WorkVerdict) | undefined
}

/** Options of `client.run`. */
export interface WorkOptions extends WorkLimits, AllWork {
  /** Name of the caller; the queue serves callers round robin. @default all calls without a name share one caller */
  readonly caller?: string | undefined
  /** Aborting rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined
  /** Deadline over all attempts and waits. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
}

/** Options of `client.mapStream`. Limits can be functions of the item. */
export type MapOptions<Item> = Omit<BulkOptions, 'schema' | 'keepBody' | 'pages' | 'follow' | 'each'> &
  AllWork & {
    readonly [Name in keyof WorkLimits]?: WorkLimits[Name] | ((item: Item) => WorkLimits[Name])
  } & {
    /** Returns the id of an item's result. @default its position */
    readonly id?: ((item: Item) => string | number) | undefined
  }

const limitNames: OptionNames<WorkLimits> = { partition: true, weight: true, cost: true, priority: true }
const allNames: OptionNames<AllWork> = { timeout: true, classify: true }
const workOptionNames: OptionNames<WorkOptions> = {
  ...limitNames,
  ...allNames,
  signal: true,
  deadline: true,
  caller: true,
}
const { schema: _schema, keepBody: _keepBody, pages: _pages, follow: _follow, each: _each, ...ofBulk } = bulkOptionNames
const mapOptionNames: OptionNames<MapOptions<unknown>> = { ...limitNames, ...allNames, ...ofBulk, id: true }

/** Defaults of the client that runs the function. */
type WorkDefaults = Pick<RequestDefaults, 'weight' | 'priority'>

/** Input that runs a function instead of sending a request. */
export class WorkInput {
  readonly id: string
  /** Creates the request that represents the function. @throws SettingsError */
  readonly make: (defaults: WorkDefaults) => ApiRequest

  constructor(id: string, make: WorkInput['make']) {
    this.id = id
    this.make = make
  }
}

type WorkFunction = (context: WorkContext) => unknown

const noDefaults = { baseUrl: undefined, headers: {}, partition: undefined }

function workRequest(
  run: WorkFunction,
  given: WorkLimits & AllWork & { readonly id?: string; readonly meta?: unknown },
  defaults: WorkDefaults,
): WorkRequest {
  const { partition = 'functions', weight, cost, priority, timeout, classify = classifyThrown, id, meta } = given
  const spec = {
    url: 'http://function.invalid/',
    id: id ?? partition,
    partition,
    weight,
    cost,
    priority,
    timeout,
    meta,
  }
  const request = createRequest(spec, { ...noDefaults, weight: defaults.weight, priority: defaults.priority })
  const url = `function:${encodeURIComponent(request.partition.toWellFormed())}`
  return { ...request, method: 'RUN', url, work: { run, classify } }
}

/** Input for a single function. @throws SettingsError for a wrong option */
export function workInput(run: WorkFunction, options: WorkOptions): WorkInput {
  checkNames('', options, workOptionNames)
  if (typeof run !== 'function') throw unexpected('run', 'a function', run)
  const classify = callback('classify', options.classify)
  return new WorkInput('a function', (defaults) => workRequest(run, { ...options, classify }, defaults))
}

/** Options of a set of functions: those of the run, and the function that creates the input of an item. */
export interface MapPlan {
  readonly source: BulkSource
  readonly bulk: BulkOptions
}

/** Plan that runs a function for each item. @throws SettingsError for a wrong option */
export function mapPlan<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  run: (item: Item, context: WorkContext) => unknown,
  options: MapOptions<Item>,
): MapPlan {
  checkNames('', options, mapOptionNames)
  if (typeof run !== 'function') throw unexpected('mapStream', 'a function that is called with each item', run)
  const { partition, weight, cost, priority, timeout, classify: given, id, ...bulk } = options
  const classify = callback('classify', given)
  let position = 0
  const inputOf = (item: Item): WorkInput => {
    const number = String(position++)
    return new WorkInput(number, (defaults) => {
      const given = {
        id: id === undefined ? number : String(id(item)),
        partition: ofItem(partition, item),
        weight: ofItem(weight, item),
        cost: ofItem(cost, item),
        priority: ofItem(priority, item),
        timeout,
        classify,
        meta: item,
      }
      return workRequest((context) => run(item, context), given, defaults)
    })
  }
  const total = bulk.total ?? (Array.isArray(items) || items instanceof Set ? sizeOf(items) : undefined)
  return { source: mapped(items, inputOf) as BulkSource, bulk: { ...bulk, total } }
}

function ofItem<Item, Value>(given: Value | ((item: Item) => Value), item: Item): Value {
  return typeof given === 'function' ? (given as (item: Item) => Value)(item) : given
}

function sizeOf(items: readonly unknown[] | Set<unknown>): number {
  return 'size' in items ? items.size : items.length
}

function mapped<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  inputOf: (item: Item) => WorkInput,
): Iterable<WorkInput> | AsyncIterable<WorkInput> {
  if (typeof items === 'object' && items !== null) {
    if (Symbol.asyncIterator in items) return mappedLater(items, inputOf)
    if (Symbol.iterator in items) return mappedNow(items, inputOf)
  }
  throw unexpected('mapStream', 'a list of items, or an iterable of them', items)
}

function* mappedNow<Item>(items: Iterable<Item>, inputOf: (item: Item) => WorkInput): Generator<WorkInput> {
  for (const item of items) yield inputOf(item)
}

async function* mappedLater<Item>(
  items: AsyncIterable<Item>,
  inputOf: (item: Item) => WorkInput,
): AsyncGenerator<WorkInput> {
  for await (const item of items) yield inputOf(item)
}
