import type { CallResult, Policy } from 'sluice'
import { pageOf } from 'sluice/internal'
import { readInputs } from '../inputs/read-inputs.ts'
import type { ListPlan } from '../plan/paginate.ts'
import type { Beginning, Job, JobEnd, SessionParts, Work } from './job.ts'
import { PageLines } from './page-lines.ts'
import { readRequests } from './requests.ts'
import { openResults, type Results } from './results.ts'

/** Lists that are followed to their last pages, and written line by line. */
export class PagedJob implements Job {
  readonly #parts: SessionParts
  readonly #lists: ListPlan
  readonly #results: Results
  readonly #lines: PageLines
  #count = 0

  /** Opens all outputs. @throws SettingsError if one of them is unusable */
  static async open(parts: SessionParts, lists: ListPlan): Promise<PagedJob> {
    const { flags, io, redact, terminal } = parts
    const results = await openResults(flags, io, { redact, terminal })
    return new PagedJob(parts, lists, results)
  }

  private constructor(parts: SessionParts, lists: ListPlan, results: Results) {
    this.#parts = parts
    this.#lists = lists
    this.#results = results
    this.#lines = new PageLines(lists.items !== undefined)
  }

  get perAttempt(): readonly Policy[] {
    return this.#results.perAttempt
  }

  async begin({ client, reading, abort }: Beginning): Promise<Work> {
    const { plan, flags } = this.#parts
    const { pages, follow } = this.#lists
    const requests = readRequests({
      items: readInputs({ ...plan.input, signal: reading }),
      defaults: plan.defaults,
      skipBadInput: flags.skipBadInput ?? false,
      keepsColumns: this.#results.usesColumns,
      skipExisting: false,
      onSkip: () => {},
    })
    return client.stream(requests, { ...plan.bulk, pages, follow, signal: abort })
  }

  /** Writes the lines of a page, or buffers it until the pages before it have arrived. */
  async keep(result: CallResult): Promise<CallResult> {
    if (this.#lists.follow === undefined) return await this.#write(this.#lines.add(result), result)
    // Results of items are written in the place of their page.
    return result.ok && pageOf(result) !== undefined ? result : await this.#write([result], result)
  }

  /** The file only gets its final name if every input was followed to its end. */
  async end(wasStopped: boolean): Promise<JobEnd> {
    await this.#write(this.#lines.rest())
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

  /**
   * Writes lines, numbered consecutively. Returns the result, or the first line that failed because it could not be
   * written.
   */
  async #write(lines: Iterable<CallResult>, result?: CallResult): Promise<CallResult> {
    let kept = result
    for (const line of lines) {
      const written = await this.#results.write({ ...line, index: this.#count++ }, undefined)
      if (line.ok && !written.ok && kept?.ok === true)
        kept = { ...written, attempts: kept.attempts, timing: kept.timing }
    }
    return kept!
  }
}
