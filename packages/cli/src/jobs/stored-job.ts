import type { CallResult } from 'sluice'
import { isFinished, isoDate, StoredQuotas } from 'sluice/internal'
import { type DurableRun, resumeRun, startRun } from 'sluice/runs'
import type { RunStore, StoredRun } from 'sluice/stores'
import { storedReport, writeRunReport } from '../figures/report.ts'
import { namesIn } from '../flags/values.ts'
import { type BodyFiles, openBodyFiles } from '../outputs/body-files.ts'
import { shellWord } from '../terminal/text.ts'
import { exportRun } from './export-run.ts'
import { inputSource } from './input-source.ts'
import type { Beginning, Job, JobEnd, SessionParts, Work } from './job.ts'
import { fileTemplate, writtenFiles } from './run-places.ts'
import { storeFlag } from './store-place.ts'

/** Which run it is: a new one with what is kept of its settings, or one to go on with. */
export type StoredTask =
  | { readonly kind: 'start'; readonly name: string | undefined; readonly settings: unknown }
  | { readonly kind: 'resume'; readonly name: string; readonly force: boolean; readonly hasInput: boolean }

/** Calls whose results are kept in a store. The file of `-o` is written from there at the end. */
export class StoredJob implements Job {
  readonly quotaMemory: StoredQuotas
  readonly #parts: SessionParts
  readonly #store: RunStore
  readonly #task: StoredTask
  readonly #bodyFiles: BodyFiles | undefined
  #run: DurableRun | undefined

  /** @throws SettingsError for a folder that cannot be used. */
  static async open(parts: SessionParts, store: RunStore, task: StoredTask): Promise<StoredJob> {
    const { outDir } = parts.flags
    const bodyFiles =
      outDir === undefined
        ? undefined
        : await openBodyFiles(outDir, fileTemplate(parts.flags), writtenFiles(parts.flags))
    return new StoredJob(parts, store, task, await StoredQuotas.load(store), bodyFiles)
  }

  private constructor(
    parts: SessionParts,
    store: RunStore,
    task: StoredTask,
    quotas: StoredQuotas,
    bodyFiles: BodyFiles | undefined,
  ) {
    this.quotaMemory = quotas
    this.#parts = parts
    this.#store = store
    this.#task = task
    this.#bodyFiles = bodyFiles
  }

  async begin({ client, reading, abort }: Beginning): Promise<Work> {
    const { plan, flags, redact } = this.#parts
    const task = this.#task
    const needsSource = task.kind === 'start' || task.hasInput
    const source = needsSource
      ? await inputSource({
          input: plan.input,
          defaults: plan.defaults,
          skipBadInput: flags.skipBadInput ?? false,
          signal: reading,
        })
      : undefined
    const options = {
      ...plan.bulk,
      store: this.#store,
      client,
      signal: abort,
      quotas: this.quotaMemory,
      redact,
      idempotencyKey: flags.idempotencyKey ?? false,
      keepHeaders: namesIn(flags.includeHeaders),
    }
    this.#run =
      task.kind === 'start'
        ? await startRun({ ...options, source: source!, name: task.name, settings: task.settings })
        : await resumeRun({ ...options, source, name: task.name, force: task.force })
    return this.#run
  }

  async keep(result: CallResult): Promise<CallResult> {
    if (this.#bodyFiles === undefined || !result.ok) return result
    const file = this.#bodyFiles.claim({ index: result.index, id: result.id, url: result.request.url })
    // As it came: a stored run has the bytes.
    await file.store(result.body ?? result.value, result.headers['content-type'])
    return result
  }

  async end(): Promise<JobEnd> {
    const { flags, io, redact } = this.#parts
    const run = await this.#store.find(this.#run!.name)
    const notes: string[] = []
    if (run === undefined) return { isWhole: false, notes }
    if (flags.output !== undefined) {
      const count = await exportRun(this.#store, run, flags.output, { flags, io, redact })
      if (!isFinished(run)) notes.push(`${flags.output} has the ${count} results so far`)
    }
    if (flags.report !== undefined) await writeRunReport(flags.report, await storedReport(this.#store, run), io)
    await this.#store.close()
    return { isWhole: isFinished(run), notes, stored: this.#summary(run) }
  }

  async abandon(): Promise<void> {
    await this.#store.close()
  }

  #summary(run: StoredRun): NonNullable<JobEnd['stored']> {
    const { name, succeeded, failed, parked, nextDueAt } = run
    return {
      name,
      store: this.#store.name,
      succeeded,
      failed,
      parked,
      ...(nextDueAt === undefined ? undefined : { nextDueAt: isoDate(nextDueAt) }),
      isFinished: isFinished(run),
      next: nextCommands(run, storeFlag(this.#parts.flags.store, this.#parts.io.env)),
    }
  }
}

/** Commands to type next. */
function nextCommands(run: StoredRun, flag: string): string[] {
  const name = shellWord(run.name)
  return [
    ...(isFinished(run) ? [] : [`sluice resume ${name}${flag}`]),
    ...(run.failed > 0 ? [`sluice retry ${name}${flag}`] : []),
    `sluice export ${name}${flag} -o ${name}.jsonl`,
  ]
}
