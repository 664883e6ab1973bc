import { type CallResult, type Client, formatDuration, type Policy } from 'sluice'
import { isFinished, isoDate, messageOf, StoredQuotas } from 'sluice/internal'
import { type DurableRun, resumeRun, type StartRunOptions, startRun } from 'sluice/runs'
import type { RunStore, StoredRun } from 'sluice/stores'
import { storedReport, writeRunReport } from '../figures/report.ts'
import { duration, namesIn } from '../flags/values.ts'
import { openBodyFiles } from '../outputs/body-files.ts'
import { placeOf } from '../outputs/file-sink.ts'
import { type HarFile, openHarFile } from '../outputs/har-file.ts'
import { lockOutput, type Unlock } from '../outputs/output-lock.ts'
import { outputPath } from '../outputs/output-target.ts'
import { type ListPlan, parsePaginate } from '../plan/paginate.ts'
import { stateChangeTexts } from '../terminal/steered-text.ts'
import { shellWord } from '../terminal/text.ts'
import { comesAsStream } from './download.ts'
import { exportRun } from './export-run.ts'
import { inputSource } from './input-source.ts'
import type { Beginning, Job, JobEnd, SessionParts, Work } from './job.ts'
import { fileTemplate } from './run-places.ts'
import { storeFlag } from './store-place.ts'
import { StoredBodies } from './stored-bodies.ts'

/** The run: a new one with its settings, or one to resume. */
export type StoredTask =
  | { readonly kind: 'start'; readonly name: string | undefined; readonly settings: unknown }
  | { readonly kind: 'resume'; readonly name: string; readonly force: boolean; readonly hasInput: boolean }

/** Outputs of a stored run apart from its store. */
interface StoredOutputs {
  readonly har: HarFile | undefined
  readonly unlock: Unlock
}

/** Calls whose results are kept in a store. The file of `-o` is written from it at the end. */
export class StoredJob implements Job {
  readonly quotaMemory: StoredQuotas
  readonly #parts: SessionParts
  readonly #store: RunStore
  readonly #task: StoredTask
  #bodies: StoredBodies | undefined
  readonly #har: HarFile | undefined
  /** Releases the lock on the file of `-o`. */
  readonly #unlock: Unlock
  /** Pagination, if lists are followed. */
  readonly #lists: ListPlan | undefined
  #run: DurableRun | undefined
  #isStoreLost = false
  #hasSent = false

  /** @throws SettingsError for an unusable folder or file */
  static async open(parts: SessionParts, store: RunStore, task: StoredTask): Promise<StoredJob> {
    const { outDir, output } = parts.flags
    // An unusable folder or name is reported before the run is stored.
    if (outDir !== undefined) await openBodyFiles(outDir, fileTemplate(parts.flags))
    const quotas = await StoredQuotas.load(store)
    const har = parts.flags.har === undefined ? undefined : await openHarFile(parts.flags.har, parts.redact)
    const unlock = await lockFile(output).catch(async (error: unknown) => {
      await har?.abort()
      throw error
    })
    return new StoredJob(parts, store, task, quotas, { har, unlock })
  }

  private constructor(
    parts: SessionParts,
    store: RunStore,
    task: StoredTask,
    quotas: StoredQuotas,
    { har, unlock }: StoredOutputs,
  ) {
    this.#har = har
    this.#unlock = unlock
    this.quotaMemory = quotas
    this.#parts = parts
    this.#store = store
    this.#task = task
    this.#lists = parsePaginate(parts.flags)
  }

  async begin({ client, reading, abort }: Beginning): Promise<Work> {
    const { plan, flags, redact, terminal } = this.#parts
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
    const stopListening = client.on(({ type }) => {
      if (type !== 'attempt.started') return
      this.#hasSent = true
      stopListening()
    })
    const broken = new AbortController()
    const options = {
      ...plan.bulk,
      ...this.#throughFiles(client),
      store: this.#store,
      client,
      signal: AbortSignal.any([abort, broken.signal]),
      quotas: this.quotaMemory,
      redact,
      idempotencyKey: flags.idempotencyKey ?? false,
      keepHeaders: namesIn(flags.includeHeaders),
      pages: this.#lists?.pages,
      follow: this.#lists?.follow,
      storeTimeout: flags.storeTimeout === undefined ? undefined : duration(flags.storeTimeout, '--store-timeout'),
      onStore: (event, lostFor) => {
        this.#isStoreLost = event.type === 'store.lost'
        if (event.type === 'store.lost') terminal.caution(`waiting for the store: ${redact(messageOf(event.error))}`)
        else terminal.caution(`the store accepts results again after ${formatDuration(lostFor)}`)
      },
      onSteered: (wish, before) => {
        for (const line of stateChangeTexts(wish, before)) terminal.say(`${redact(this.#run?.name ?? '')}: ${line}`)
      },
    } satisfies Omit<StartRunOptions, 'source'>
    this.#run =
      task.kind === 'start'
        ? await startRun({ ...options, source: source!, name: task.name, settings: task.settings })
        : await resumeRun({ ...options, source, name: task.name, force: task.force })
    if (flags.outDir !== undefined) {
      const parts = { folder: flags.outDir, flags, plan, onFault: (fault: unknown) => broken.abort(fault) }
      this.#bodies = await StoredBodies.open(parts, this.#store, this.#run.stored)
    }
    return this.#run
  }

  get perAttempt(): readonly Policy[] {
    return this.#har === undefined ? [] : [this.#har.policy]
  }

  async keep(result: CallResult): Promise<CallResult> {
    await this.#har?.flush()
    await this.#bodies?.keep(result)
    return result
  }

  /**
   * Options of a run whose bodies become files. Nothing is read before the run is iterated, when the files are open.
   */
  #throughFiles(client: Client): Pick<StartRunOptions, 'prepare' | 'each'> {
    const { flags, plan } = this.#parts
    if (flags.outDir === undefined) return {}
    const each: StartRunOptions['each'] = (result, { signal }) => this.#bodies!.download(result, client, signal)
    return {
      prepare: (request, index) => this.#bodies!.prepare(request, index),
      ...(comesAsStream(flags, plan) ? { each } : undefined),
    }
  }

  async end(): Promise<JobEnd> {
    const { flags, io, redact, terminal } = this.#parts
    if (this.#isStoreLost) {
      await this.abandon()
      const resume = `sluice resume ${shellWord(this.#run!.name)}${this.#storeFlag}`
      return { isWhole: false, notes: [`to continue when the store is back: ${resume}`] }
    }
    const onNote = (text: string): void => terminal.caution(text)
    const run = await this.#store.find(this.#run!.name)
    const notes: string[] = []
    if (run === undefined) return { isWhole: false, notes }
    await this.#har?.close()
    await this.#unlock()
    if (this.#task.kind === 'start' && !this.#hasSent && hasNothing(run)) {
      await this.#store.remove(run.id)
      await this.#store.close()
      return { isWhole: false, notes }
    }
    // Only a complete run is written; `resume` writes one that was stopped.
    if (flags.output !== undefined) {
      if (isFinished(run)) await exportRun(this.#store, run, flags.output, { flags, io, redact, onNote })
      else notes.push(`${outputPath(flags.output)} is written when the run is finished`)
    }
    if (flags.report !== undefined) await writeRunReport(flags.report, await storedReport(this.#store, run), io)
    await this.#store.close()
    return { isWhole: isFinished(run), notes, stored: this.#summary(run) }
  }

  async abandon(): Promise<void> {
    await this.#har?.abort()
    await this.#unlock()
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
      next: nextCommands(run, this.#storeFlag),
    }
  }

  get #storeFlag(): string {
    return storeFlag(this.#parts.flags.store, this.#parts.io.env)
  }
}

/** True if a run has no results. If it sent nothing either, for example without its input, there is nothing to resume. */
function hasNothing(run: StoredRun): boolean {
  return !isFinished(run) && run.read + run.succeeded + run.failed + run.parked === 0
}

/** Locks the output file against other processes. */
async function lockFile(output: string | undefined): Promise<Unlock> {
  const path = outputPath(output ?? '-')
  const place = path === '-' ? undefined : await placeOf(path)
  return place === undefined || place.special ? async () => {} : await lockOutput(path, place.path)
}

/** Suggested next commands. */
function nextCommands(run: StoredRun, flag: string): string[] {
  const name = shellWord(run.name)
  return [
    ...(isFinished(run) ? [] : [`sluice resume ${name}${flag}`]),
    ...(run.failed > 0 ? [`sluice retry ${name}${flag}`] : []),
    `sluice export ${name}${flag} -o ${name}.jsonl`,
  ]
}
