import type { CallResult, PaginateOptions } from 'sluice'
import { forFlag } from '../flags/values.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import type { Beginning, Job, JobEnd, SessionParts, Work } from './job.ts'
import { PagedWork } from './paged-work.ts'
import { readRequests } from './requests.ts'
import { openResults, type Results } from './results.ts'

/** Inputs followed at the same time where the number of calls in flight is found by itself. */
const atOnceIfAuto = 50

/** Lists that are followed to their last pages, and written line by line. */
export class PagedJob implements Job {
  readonly #parts: SessionParts
  readonly #style: PaginateOptions
  readonly #results: Results

  /** Opens all outputs. @throws SettingsError if one of them cannot work. */
  static async open(parts: SessionParts, style: PaginateOptions): Promise<PagedJob> {
    const { flags, io, redact, terminal } = parts
    const results = await openResults(flags, io, { redact, terminal })
    return new PagedJob(parts, style, results)
  }

  private constructor(parts: SessionParts, style: PaginateOptions, results: Results) {
    this.#parts = parts
    this.#style = style
    this.#results = results
  }

  async begin({ client, reading, abort }: Beginning): Promise<Work> {
    const { plan, flags } = this.#parts
    // Paths that cannot be followed are found before anything is sent: what is never iterated over sends nothing.
    forFlag('--paginate', () => client.paginate('http://127.0.0.1', { ...this.#style, list: undefined }))
    forFlag('--items', () => client.paginate('http://127.0.0.1', this.#style))
    const items = readRequests({
      items: readInputs({ ...plan.input, signal: reading }),
      defaults: plan.defaults,
      skipBadInput: flags.skipBadInput ?? false,
      keepsColumns: this.#results.usesColumns,
      skipExisting: false,
      onSkip: () => {},
    })
    const { baseUrl, concurrency = 10 } = plan.client
    const atOnce = concurrency === 'auto' ? atOnceIfAuto : concurrency
    return new PagedWork({
      client,
      items,
      lines: { style: this.#style, ofItems: flags.items !== undefined, baseUrl },
      bulk: plan.bulk,
      atOnce: flags.ordered === true ? 1 : atOnce,
      abort,
    })
  }

  async keep(result: CallResult): Promise<CallResult> {
    return await this.#results.write(result, undefined)
  }

  /** Only a run that has followed every input to its end puts its file in place. */
  async end(wasStopped: boolean): Promise<JobEnd> {
    if (!wasStopped) {
      await this.#results.close()
      return { isWhole: true, notes: [] }
    }
    const kept = await this.#results.abandon()
    return { isWhole: false, notes: kept === undefined ? [] : [`the results so far are in ${kept}`] }
  }

  async abandon(): Promise<void> {
    await this.#results.abandon()
  }
}
