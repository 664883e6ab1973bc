import {
  abortSignal,
  callback,
  checkNames,
  flag,
  type OptionNames,
  optionalCount,
  wholeNumber,
} from '../../errors/checks.ts'
import { SettingsError, unexpected } from '../../errors/settings-error.ts'
import type { Cost, RequestInput } from '../../http/request.ts'
import { type Duration, parseDuration, parseTimeLimit } from '../../time/duration.ts'
import { type ListPages, type PaginationSettings, resolveListPages } from '../pagination/options.ts'
import type { PageInfo } from '../pagination/page-list.ts'
import type { Success } from '../result.ts'
import { checkedSchema, type SchemaOf } from '../schema/standard-schema.ts'
import { resolveBudget } from './budget.ts'
import type { Progress } from './progress.ts'

/** Options of a bulk run. */
export interface BulkOptions<T = unknown> {
  /**
   * Maximum number of calls of this run in progress, those that wait for their next attempt included, within the limits
   * of the client. @default the client's limits
   */
  readonly concurrency?: number | undefined
  /** Yield results in the order of the input. A slow item then delays those behind it. @default false */
  readonly ordered?: boolean | undefined
  /** Stop at the first failure: start no further calls, and let those in flight finish. @default false */
  readonly failFast?: boolean | undefined
  /** Stop at this number of failures, or above this share of the results (`'5%'`, from 50 results on). @default none */
  readonly maxFailures?: number | `${number}%` | undefined
  /**
   * Maximum cost of the run, by unit: `{ tokens: 5_000_000, usd: 5 }`. No attempt starts that could exceed it; the
   * remaining items are unfinished. @default none
   */
  readonly budget?: Cost | undefined
  /** Stop after this time, counted from the first result that is requested; 0 for no limit. @default none */
  readonly maxTime?: Duration | undefined
  /** Time for calls in flight to finish after a stop. @default '2s' after `maxTime`, else '10s' */
  readonly grace?: Duration | undefined
  /** Deadline of each call, including its waits and all attempts. @default the client's `deadline` */
  readonly deadline?: Duration | undefined
  /** Aborting cancels all calls immediately, and the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Maximum number of items read ahead of their results, besides those in flight. Reading past the items of a blocked
   * host keeps other hosts busy. @default 100,000; with `ordered` 1,000, because results are buffered as well
   */
  readonly readAhead?: number | undefined
  /** Return the bytes of each body too, as `body`. @default false */
  readonly keepBody?: boolean | undefined
  /**
   * Standard Schema of each value (zod, valibot, arktype and others), which also types it. A value that does not match
   * is a failure with `SLUICE_SCHEMA`.
   */
  readonly schema?: SchemaOf<T> | undefined
  /** Called once a second during the run, and at the end. Errors that it throws are swallowed. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Number of items, if the source does not provide it. */
  readonly total?: number | undefined
  /**
   * Follows each request to the last page of its list. Each page is a result with the id `ID#3`, in the order of
   * completion. If the first page states the number of pages, the others are requested concurrently. Cannot be combined
   * with `schema`.
   */
  readonly pages?: ListPages | undefined
  /**
   * Returns the requests that follow from a success, such as those of the items of a page. They are processed before
   * further items of the source, and may have follow-ups themselves. With `pages` and `ordered` the results are list by
   * list, page by page and item by item, although several pages are requested concurrently. An error thrown here fails the
   * result.
   */
  readonly follow?: Follow | undefined
  /**
   * Consumes each success, and returns the value of its result: for example writes it to a file, or reads the body as
   * it arrives, for which requests may set `readAs: 'stream'`, `'events'` or `'lines'`. The call is not retried after
   * that; an error fails its result. Pass `signal` on: it is aborted when the call is cancelled, also by its deadline.
   */
  readonly each?: Each<T> | undefined
}

/** Returns the requests that follow from a success; `page` is set if the success is a page of a list. */
type Follow = (result: Success, page: PageInfo | undefined) => Iterable<RequestInput> | undefined

/** Consumes a success while its body may still be arriving. The return value becomes the value of the result. */
export type Each<T = unknown> = (result: Success, context: { readonly signal: AbortSignal }) => T | PromiseLike<T>

/** Validated options with their defaults. */
export interface BulkSettings {
  readonly concurrency: number
  readonly ordered: boolean
  /** Returns the reason to stop after this many failures, or undefined to continue. */
  readonly stopAt: (failed: number, done: number) => string | undefined
  readonly budget: Cost | undefined
  readonly maxTime: number
  readonly grace: number
  readonly graceAfterMaxTime: number
  readonly deadline: number
  readonly signal: AbortSignal | undefined
  readonly readAhead: number
  readonly keepBody: boolean
  readonly schema: SchemaOf<unknown> | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
  readonly total: number | undefined
  readonly pages: PaginationSettings | undefined
  readonly follow: Follow | undefined
  readonly each: Each | undefined
}

/** Names of the options of a bulk run. */
export const bulkOptionNames: OptionNames<BulkOptions> = {
  concurrency: true,
  ordered: true,
  failFast: true,
  maxFailures: true,
  budget: true,
  maxTime: true,
  grace: true,
  deadline: true,
  signal: true,
  readAhead: true,
  keepBody: true,
  schema: true,
  onProgress: true,
  total: true,
  pages: true,
  follow: true,
  each: true,
}

/** Minimum number of results before a share of failures is applied. */
const fewestForShare = 50

/** Validates the options and fills in defaults. @throws SettingsError that names the option. */
export function resolveBulk(options: BulkOptions, clientDeadline: number): BulkSettings {
  checkNames('', options, bulkOptionNames)
  if (options.pages !== undefined && options.schema !== undefined)
    throw new SettingsError(
      'pages and schema: pages are not checked; use client.paginate, or check their items yourself',
    )
  if (options.each !== undefined && (options.pages ?? options.follow) !== undefined)
    throw new SettingsError('each: cannot be combined with pages or follow, which need the values of the results')
  const ordered = flag('ordered', options.ordered ?? false)
  const failFast = flag('failFast', options.failFast ?? false)
  return {
    concurrency: optionalCount('concurrency', options.concurrency) ?? Number.POSITIVE_INFINITY,
    ordered,
    stopAt: failFast ? (failed) => stopReason(failed, failed > 0, 'failFast') : failureLimit(options.maxFailures),
    budget: resolveBudget(options.budget),
    maxTime: options.maxTime === undefined ? Number.POSITIVE_INFINITY : parseTimeLimit('maxTime', options.maxTime),
    grace: parseDuration('grace', options.grace ?? '10s'),
    graceAfterMaxTime: parseDuration('grace', options.grace ?? '2s'),
    deadline: options.deadline === undefined ? clientDeadline : parseTimeLimit('deadline', options.deadline),
    signal: abortSignal('signal', options.signal),
    readAhead: wholeNumber('readAhead', options.readAhead ?? (ordered ? 1_000 : 100_000), 0),
    keepBody: flag('keepBody', options.keepBody ?? false),
    schema: checkedSchema(options.schema),
    onProgress: callback('onProgress', options.onProgress),
    total: options.total === undefined ? undefined : wholeNumber('total', options.total, 0),
    pages: options.pages === undefined ? undefined : resolveListPages(options.pages),
    follow: callback('follow', options.follow),
    each: callback('each', options.each),
  }
}

function failureLimit(limit: BulkOptions['maxFailures']): BulkSettings['stopAt'] {
  if (limit === undefined) return () => undefined
  if (typeof limit === 'number') {
    const count = wholeNumber('maxFailures', limit, 1)
    return (failed) => stopReason(failed, failed >= count, `maxFailures (${limit})`)
  }
  const share = typeof limit === 'string' ? Number(/^(\d+(?:\.\d+)?)%$/.exec(limit)?.[1] ?? Number.NaN) : Number.NaN
  if (!(share <= 100)) throw unexpected('maxFailures', "a whole number from 1 up, or a share such as '5%'", limit)
  return (failed, done) =>
    stopReason(failed, done >= fewestForShare && failed > (done * share) / 100, `maxFailures (${limit})`)
}

function stopReason(failed: number, isReached: boolean, limit: string): string | undefined {
  if (!isReached) return undefined
  return `${failed} ${failed === 1 ? 'failure' : 'failures'} reached ${limit}`
}
