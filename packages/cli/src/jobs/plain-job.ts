import { type CallResult, type Client, type Policy, SluiceError, type Success } from 'sluice'
import { type CollectedRun, RunCollector } from '../figures/run-collector.ts'
import { knownTotal, readInputs, sourceName } from '../inputs/read-inputs.ts'
import { type BodyFile, type BodyFiles, openBodyFiles, type PartFile } from '../outputs/body-files.ts'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { comesAsStream, download, downloadLimits } from './download.ts'
import type { Beginning, Job, JobEnd, SessionParts, Work } from './job.ts'
import { readRequests } from './requests.ts'
import { openResults, type Results } from './results.ts'
import { fileTemplate, writtenFiles } from './run-places.ts'

/** Calls whose results are written as they complete, and not stored. */
export class PlainJob implements Job {
  readonly #parts: SessionParts
  readonly #results: Results
  readonly #bodyFiles: BodyFiles | undefined
  /** Files of the items in progress, by index. */
  readonly #files = new Map<number, BodyFile>()
  readonly #collected: CollectedRun | undefined
  #begunAt = 0

  /** Opens all outputs. @throws SettingsError if one of them is unusable */
  static async open(parts: SessionParts): Promise<PlainJob> {
    const { flags, io, redact, terminal } = parts
    const bodyFiles =
      flags.outDir === undefined
        ? undefined
        : await openBodyFiles(flags.outDir, fileTemplate(flags), writtenFiles(flags))
    const results = await openResults(flags, io, { redact, terminal })
    return new PlainJob(parts, results, bodyFiles)
  }

  private constructor(parts: SessionParts, results: Results, bodyFiles: BodyFiles | undefined) {
    this.#parts = parts
    this.#results = results
    this.#bodyFiles = bodyFiles
    const { flags, plan, redact } = parts
    if (flags.report === undefined) return
    const title = redact(sourceName(plan.input))
    this.#collected = { title, startedAt: new Date().toISOString(), collector: new RunCollector(redact) }
  }

  get perAttempt(): readonly Policy[] {
    return this.#results.perAttempt
  }

  async begin({ client, statistics, time, reading, abort }: Beginning): Promise<Work> {
    const { plan, flags } = this.#parts
    this.#begunAt = performance.now()
    const requests = readRequests(
      {
        items: readInputs({ ...plan.input, signal: reading }),
        defaults: this.#streams
          ? { ...plan.defaults, readAs: 'stream' }
          : this.#bodyFiles === undefined
            ? plan.defaults
            : withBytes(plan.defaults),
        skipBadInput: flags.skipBadInput ?? false,
        keepsColumns: this.#results.usesColumns,
        bodyFiles: this.#bodyFiles,
        skipExisting: flags.skipExisting ?? false,
        onSkip: () => {
          statistics.skipped++
        },
      },
      this.#files,
    )
    const files = this.#streams
      ? {
          each: (result: Success, { signal }: { readonly signal: AbortSignal }) =>
            this.#download(result, client, signal),
        }
      : { keepBody: this.#bodyFiles !== undefined }
    return client.stream(time.reading(requests), {
      ...plan.bulk,
      total: knownTotal(plan.input),
      signal: abort,
      ...files,
    })
  }

  get #streams(): boolean {
    return comesAsStream(this.#parts.flags, this.#parts.plan)
  }

  /** Streams a body to its file. A full disk ends the run; a problem of the body fails its item. */
  async #download(result: Success, client: Client, signal: AbortSignal): Promise<Stored> {
    try {
      const write = (part: PartFile): Promise<void> =>
        download(result, part, { client, signal, ...downloadLimits(this.#parts.plan) })
      return { path: await this.#files.get(result.index)!.store(write, result.headers['content-type']) }
    } catch (fault) {
      if (fault instanceof SluiceError || signal.aborted) throw fault
      return { fault }
    }
  }

  keep(result: CallResult): CallResult | Promise<CallResult> {
    this.#collected?.collector.addCall(result, performance.now() - this.#begunAt)
    const file = this.#files.get(result.index)
    this.#files.delete(result.index)
    if (!result.ok || (file === undefined && !this.#streams)) return this.#results.write(result, undefined)
    return this.#pathOf(result, file).then((path) => this.#results.write(result, path))
  }

  async #pathOf(result: Success, file: BodyFile | undefined): Promise<string | undefined> {
    if (!this.#streams) return await file?.store(result.body ?? result.value, result.headers['content-type'])
    const stored = result.value as Stored
    if ('fault' in stored) throw stored.fault
    return stored.path
  }

  /** The file only gets its final name if every input has a result; otherwise the provisional file is kept. */
  async end(wasStopped: boolean): Promise<JobEnd> {
    const collected = this.#collected === undefined ? undefined : { collected: this.#collected }
    if (!wasStopped) {
      await this.#results.close()
      return { isWhole: true, notes: [], ...collected }
    }
    const kept = await this.#results.abandon()
    return { isWhole: false, notes: kept === undefined ? [] : [`the results so far are in ${kept}`], ...collected }
  }

  async abandon(): Promise<void> {
    await this.#results.abandon()
  }
}

/** Path of a body, or the reason why no further body can be written. */
type Stored = { readonly path: string } | { readonly fault: unknown }

/** Bodies that become files are requested as bytes, unless their type was set. */
function withBytes(defaults: FetchPlan['defaults']): FetchPlan['defaults'] {
  return {
    ...defaults,
    readAs: defaults.readAs === undefined || defaults.readAs === 'auto' ? 'bytes' : defaults.readAs,
  }
}
