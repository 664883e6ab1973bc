import type { BulkRun } from '../client/bulk/bulk-run.ts'
import { withoutMapping } from '../client/map-error.ts'
import { StoreError } from '../database/store-error.ts'
import { flag } from '../errors/checks.ts'
import { SettingsError } from '../errors/settings-error.ts'
import { callQuietly } from '../events/emitter.ts'
import { uniqueKey } from '../random/unique-key.ts'
import { allRuns } from '../stores/all-runs.ts'
import type { RunStore } from '../stores/run-store.ts'
import { isFinished, type StoredRun } from '../stores/stored-run.ts'
import { DurableRun } from './durable-run.ts'
import { sourceOf } from './list-source.ts'
import {
  freeName,
  type ResumeRunOptions,
  type RunOptions,
  type RunSettings,
  resolveRun,
  type StartRunOptions,
} from './run-options.ts'
import { type RunSource, SourceChangedError } from './run-source.ts'
import { SliceRecorder } from './slice-recorder.ts'
import { Spool } from './spool.ts'
import { followingItems } from './spooled-request.ts'
import { StoreOutages } from './store-outages.ts'
import { costEntries, spentOf } from './stored-costs.ts'
import { StoringRun } from './storing-run.ts'
import { Tasks } from './tasks.ts'
import { ToDo } from './to-do.ts'

/** Time in milliseconds, after the grace period of a stop, in which the store may accept the last results. */
const lastCommit = 5_000

/**
 * Starts a run whose results are stored. Nothing is sent before it is iterated.
 *
 * @throws StoreError `SLUICE_RUN_EXISTS` if the name is taken; SettingsError for an invalid option.
 */
export async function startRun<T = unknown>(options: StartRunOptions): Promise<DurableRun<T>> {
  const settings = resolveRun(options)
  const { store, name, resume = false } = options
  const begun = flag('resume', resume) && name !== undefined ? await store.find(name) : undefined
  if (begun !== undefined) {
    await store.requeue(begun.id, { ok: false })
    const { settings: _, resume: __, source, ...same } = options
    // The items of a run that grows are not those of its source alone, and are all in the store.
    return await resumeRun<T>(grows(options) && begun.source.isSpooled ? same : { ...same, source })
  }
  const source = sourceOf(options.source)
  const run = await store.create({
    name: options.name ?? (await freeName(store)),
    source: { name: source.name, identity: source.identity, isSpooled: !source.isRepeatable || grows(options) },
    settings: options.settings ?? null,
    keySeed: uniqueKey(),
    createdAt: settings.clock.wallTime(),
  })
  await store.claim(run.id)
  return await open<T>(run, source, options, settings)
}

/**
 * Resumes a run: does the items that have no result yet, and those that were parked until a date that has passed.
 *
 * @throws StoreError `SLUICE_RUN_UNKNOWN` if there is no such run, `SLUICE_RUN_BUSY` if another process works on it;
 * SourceChangedError if the source is not the one that it started with.
 */
export async function resumeRun<T = unknown>(options: ResumeRunOptions): Promise<DurableRun<T>> {
  const settings = resolveRun(options)
  const { store, name, force = false } = options
  const found = name === undefined ? await newestUnfinished(store) : await store.find(name)
  if (found === undefined) {
    const what = name === undefined ? 'no unfinished run' : `no run called ${name}`
    throw new StoreError('SLUICE_RUN_UNKNOWN', `${store.name}: there is ${what}`)
  }
  const source = options.source === undefined ? undefined : sourceOf(options.source)
  checkSource(found, source, force)
  await store.claim(found.id)
  // The run may have continued until it was claimed.
  const run = await startable(store, (await store.find(found.name)) ?? found)
  return await open<T>(run, source, options, settings)
}

async function newestUnfinished(store: RunStore): Promise<StoredRun | undefined> {
  for await (const run of allRuns(store)) if (!isFinished(run)) return run
  return undefined
}

/** Removes the wish to stop a run, which is fulfilled. A paused run stays paused. */
async function startable(store: RunStore, run: StoredRun): Promise<StoredRun> {
  if (run.wish?.state !== 'stopped') return run
  await store.steer(run.id, { state: 'running' })
  return { ...run, wish: { ...run.wish, state: 'running' } }
}

function checkSource(run: StoredRun, source: RunSource | undefined, force: boolean): void {
  if (source === undefined) {
    if (run.source.isSpooled) return
    throw new SettingsError(`source: ${run.name} reads ${run.source.name}, which is not stored; pass it again`)
  }
  if (force || source.identity === run.source.identity) return
  throw new SourceChangedError(
    source.name,
    `it is ${source.identity} now, but was ${run.source.identity} when the run started`,
  )
}

/** True if requests follow from results: both are stored together. */
function grows({ pages, follow }: RunOptions): boolean {
  return pages !== undefined || follow !== undefined
}

async function open<T>(
  run: StoredRun,
  source: RunSource | undefined,
  options: RunOptions,
  settings: RunSettings,
): Promise<DurableRun<T>> {
  const { store, quotas } = options
  const client = withoutMapping(options.client)
  const opened = { count: 0 }
  const { clock, onStore } = settings
  const { signal } = settings.bulk
  try {
    const toDo = await ToDo.load(store, run, clock.wallTime())
    let spool: Spool | undefined
    let bulk: BulkRun | undefined
    const outages: StoreOutages = new StoreOutages({
      name: store.name,
      clock,
      timeout: settings.storeTimeout,
      unstored: (): number => kept.unstored(bulk),
      onEvent: (event, lostFor) => {
        if (event.type === 'store.back') {
          bulk?.addTime(lostFor)
          bulk?.wake()
        }
        if (onStore !== undefined) callQuietly(() => onStore(event, lostFor), undefined)
      },
    })
    const kept: StoringRun = new StoringRun({
      commit: (group) => outages.during(() => store.commit(run.id, group)),
      untilStored: (work) => outages.during(work),
      interval: store.commitInterval,
      clock,
      storing: settings.storing,
      recorder: new SliceRecorder({ createdAt: run.createdAt, status: () => client.status() }),
      progress: () => ({
        ...toDo.progress(),
        ...(spool === undefined ? undefined : { read: spool.known, hasEnded: spool.hasEnded }),
      }),
    })
    if (run.source.isSpooled) {
      spool = new Spool({
        store: { spooled: (runId, page) => outages.during(() => store.spooled(runId, page)) },
        runId: run.id,
        journal: kept.journal,
        known: run.read,
        hasEnded: run.hasEnded,
        mayGrow: () => grows(options) && opened.count > 0,
      })
      if (source !== undefined) void spool.fill(source)
    }
    const mark = spool === undefined ? toDo.startMark : undefined
    const first = spool === undefined ? (mark?.index ?? 0) : toDo.firstIndex
    const reading = spool?.readFrom(first) ?? source!.read(mark?.mark)
    const stopKeeping = quotas?.keepWith((send) => kept.journal.send(send))
    const giveUp = (): void => outages.giveUpWithin(0)
    signal?.addEventListener('abort', giveUp, { once: true })
    const both = signal === undefined ? kept.failure : AbortSignal.any([signal, kept.failure])
    return new DurableRun<T>({
      run,
      store,
      client,
      clock,
      onSteered: settings.onSteered,
      toDo,
      kept,
      open: opened,
      earlier:
        options.pages === undefined || run.read === 0
          ? []
          : await followingItems({ store, runId: run.id }, toDo.firstIndex, (index) => toDo.isDone(index)),
      spending: {
        before: await spentOf(store, run.id),
        add: (cost) => {
          for (const entry of costEntries(run.id, cost)) kept.journal.send(entry)
        },
      },
      entriesOf: grows(options) && spool !== undefined ? (items) => spool.entriesOf(items) : undefined,
      tasks: new Tasks({
        toDo,
        reading,
        first,
        keySeed: settings.isKeyed ? run.keySeed : undefined,
        prepare: settings.prepare,
      }),
      stream: (items) => {
        bulk = client.stream(items, { ...settings.bulk, signal: both, total: leftOf(run, source?.total) })
        bulk.holdWhile(() => outages.isLost && kept.journal.isBehind)
        return bulk
      },
      onStop: (grace = settings.grace) => outages.giveUpWithin(grace + lastCommit),
      async onEnd() {
        signal?.removeEventListener('abort', giveUp)
        outages.close()
        reading.close()
        stopKeeping?.()
        const released = store.release(run.id)
        // A lost store does not answer; the claim ends with the store or the process.
        if (outages.isLost) released.catch(() => undefined)
        else await released
      },
    })
  } catch (error) {
    await store.release(run.id)
    throw error
  }
}

/** Number of items to do, if it is known. */
function leftOf(run: StoredRun, total: number | undefined): number | undefined {
  const all = run.hasEnded ? run.read : total
  return all === undefined ? undefined : Math.max(0, all - run.succeeded - run.failed)
}
