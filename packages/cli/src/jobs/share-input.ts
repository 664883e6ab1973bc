import { SettingsError } from 'sluice'
import { allRuns, type Rate } from 'sluice/internal'
import { shareRun } from 'sluice/runs'
import type { SharedStore, StoredRun } from 'sluice/stores'
import { knownTotal } from '../inputs/read-inputs.ts'
import { StopSignals } from '../terminal/keys.ts'
import { progressKind, reportLines } from '../terminal/progress.ts'
import { countText, shellWord } from '../terminal/text.ts'
import { inputSource } from './input-source.ts'
import type { SessionParts } from './job.ts'
import { storeFlag } from './store-place.ts'

/** The run that receives the input: a new one with its settings, or one whose input was not read to the end. */
export type SharedTask =
  | { readonly kind: 'new'; readonly name: string | undefined; readonly settings: unknown }
  | { readonly kind: 'go on'; readonly name: string }

/** Reads an input into a store for workers, and returns the exit code. What was read before an error is still done. */
export async function shareInput(parts: SessionParts, store: SharedStore, task: SharedTask): Promise<number> {
  const { plan, flags, io, terminal, redact } = parts
  const startedAt = Date.now()
  const reading = new AbortController()
  const atOnce = Promise.withResolvers<never>()
  atOnce.promise.catch(() => {})
  const signals = new StopSignals({
    onFirst: () => {
      terminal.say('stopping: the items read so far are left to the workers')
      reading.abort()
    },
    onSecond: () => atOnce.reject(new Error('stopped at once')),
  })
  const total = knownTotal(plan.input)
  let items = 0
  terminal.progress = reportLines(
    (flags.quiet ?? 0) > 0 ? 'none' : progressKind(flags.progress ?? 'auto', io.stderr, io.env),
    {
      text: () => `${countText(items)}${total === undefined ? '' : ` of ${countText(total)}`} read`,
      json: () => ({ reading: { items, total } }),
    },
    io.stderr,
    terminal.style,
  )
  try {
    const source = await inputSource({
      input: plan.input,
      defaults: plan.defaults,
      skipBadInput: flags.skipBadInput ?? false,
      signal: reading.signal,
    })
    const sharing = shareRun({
      store,
      source,
      chunkSize: chunkSizeFor((plan.client.rate ?? []) as readonly Rate[], total),
      signal: reading.signal,
      onRead: (count) => {
        items = count
      },
      name: task.name,
      ...(task.kind === 'new' ? { settings: task.settings } : { goOn: true }),
    })
    const run = await Promise.race([sharing, atOnce.promise])
    if (signals.received === undefined || run.hasEnded) {
      await tellEnd(parts, store, run)
      return 0
    }
    await tellStopped(parts, store, run)
  } catch (error) {
    const run = await runOf(store, task, startedAt)
    if (signals.received === undefined) {
      if (run !== undefined && !run.hasEnded) await tellStopped(parts, store, run)
      if (!(error instanceof SettingsError)) throw error
      terminal.complain(redact(error.message))
      return 2
    }
    await tellStopped(parts, store, run)
  } finally {
    terminal.progress.close()
    signals.close()
  }
  return signals.received === 'SIGINT' ? 130 : 143
}

/** The run in the store; a new run is one that started since, not another of the same name. */
async function runOf(store: SharedStore, { kind, name }: SharedTask, since: number): Promise<StoredRun | undefined> {
  try {
    if (kind === 'go on') return await store.find(name)
    for await (const run of allRuns(store)) {
      const isIt = name === undefined ? !run.hasEnded : run.name === name
      if (isIt && run.isShared === true && run.createdAt >= since) return run
    }
    return undefined
  } catch {
    // The error that ended the reading is more important than this one.
    return undefined
  }
}

/** Prints the name to stdout, for scripts, and the next commands for people. */
async function tellEnd({ flags, io, terminal }: SessionParts, store: SharedStore, run: StoredRun): Promise<void> {
  const { waiting, held, done } = await store.chunkCounts(run.id)
  const workers = (await store.workers()).filter((worker) => worker.isAlive).length
  const flag = storeFlag(flags.store, io.env)
  const name = shellWord(run.name)
  terminal.say(
    `${run.name}: ${countText(run.read)} items are in ${store.name}, in ${countText(waiting + held + done)} chunks`,
  )
  terminal.say(
    workers > 0
      ? `  ${workers === 1 ? '1 worker is' : `${workers} workers are`} running; add more with: sluice worker${flag}`
      : `  next       sluice worker${flag}   on as many machines as you like`,
  )
  terminal.say(`  ${workers > 0 ? 'next  ' : '      '}     sluice runs show ${name}${flag} --watch`)
  terminal.say(`             sluice export ${name}${flag} -o ${name}.jsonl`)
  io.stdout.write(`${run.name}\n`)
}

async function tellStopped(
  { plan, flags, io, terminal }: SessionParts,
  store: SharedStore,
  run: StoredRun | undefined,
): Promise<void> {
  if (run === undefined) {
    terminal.say('nothing was read')
    return
  }
  const flag = storeFlag(flags.store, io.env)
  const name = shellWord(run.name)
  const { files = [] } = plan.input
  const input = files.includes('-') ? ' -i -' : ''
  terminal.say(
    `${run.name}: ${countText(run.read)} items are in ${store.name} and are left to the workers; the rest of the input was not read`,
  )
  terminal.say(`  next       sluice resume ${name}${flag} --detach${input}   continues reading`)
  terminal.say(`             sluice worker${flag}`)
}

/** Maximum number of items in a chunk: workers prefetch, so larger ones save nothing. */
const largest = 200

/** Target duration of a chunk in milliseconds: this much is repeated later if a worker dies. */
const timeOfAChunk = 30_000

/** Number of workers assumed to share a rate: with larger chunks the last of them would end late. */
const sharers = 4

/** Minimum number of chunks of a run of known length: a single chunk keeps only one worker busy. */
const fewestChunks = 16

/**
 * Number of items per chunk.
 *
 * The share of one worker in four of what may be sent in 30 s. A rate with a window above a minute is spent on demand,
 * so all of it may be sent in that time.
 */
export function chunkSizeFor(rates: readonly Rate[], total: number | undefined): number {
  const byRate = rates.map(({ count, per }) => (per > 60_000 ? count : (count * timeOfAChunk) / per) / sharers)
  const byTotal = total === undefined ? [] : [total / fewestChunks]
  return Math.max(1, Math.ceil(Math.min(largest, ...byRate, ...byTotal)))
}
