import { type Clock, type Random, SettingsError } from 'sluice'
import { systemClock } from 'sluice/internal'
import type { Transport } from 'sluice/transport'
import type { SourceHealth } from '../model/source-health.ts'
import type { SourceAdapter } from '../source.ts'
import type { NewsStore } from '../store/news-store.ts'
import { askSource } from './ask-source.ts'
import { conclude, leftAlone, type SourceResult } from './conclude.ts'
import { QuotaLedger, quotaWindows } from './quota-ledger.ts'
import { applyRetention } from './retention.ts'
import { keepPace, sourceClient } from './source-client.ts'
import type { Visit } from './visit.ts'

export interface RefreshParts {
  /** Milliseconds for all sources together. */
  readonly deadline: number
  readonly clock?: Clock | undefined
  readonly transport?: Transport | undefined
  readonly random?: Random | undefined
  readonly signal?: AbortSignal | undefined
  readonly isForced?: boolean | undefined
  /** At most so many requests of a source at the same time, whatever it allows. */
  readonly concurrency?: number | undefined
}

/** Asks all sources that are due at the same time. @throws what the store throws; the signal's reason if aborted. */
export async function refreshOnce(
  sources: readonly SourceAdapter[],
  store: NewsStore,
  parts: RefreshParts,
): Promise<readonly SourceResult[]> {
  const { clock = systemClock, signal, deadline, isForced = false } = parts
  signal?.throwIfAborted()
  checkKeys(sources)
  const startedAt = clock.now()
  const known = new Map((await store.health()).map((health) => [health.source, health]))
  const ledger = await QuotaLedger.load(
    store,
    sources.map(({ origin }) => origin),
    clock.wallTime(),
  )
  const lines = new Map<string, Promise<unknown>>()
  const refreshes = sources.map((source) => {
    const health = known.get(source.key)
    if (!isDue(health, clock.wallTime(), isForced)) return leftAlone(source.key, health!, clock.wallTime())
    const work = () => refreshSource(source, health)
    if (source.limits.rates.length === 0) return work()
    // Sources of one server share its rates, and so do one after another what would break them together.
    const before = lines.get(source.origin)
    const refresh = before === undefined ? work() : before.then(work, work)
    lines.set(source.origin, refresh)
    return refresh
  })
  const ended = await Promise.allSettled(refreshes)
  await ledger.flush()
  signal?.throwIfAborted()
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })

  async function refreshSource(source: SourceAdapter, before: SourceHealth | undefined): Promise<SourceResult> {
    const triedAt = clock.wallTime()
    const visit = await visitSource(source)
    // Each send is kept before anybody is told that the source was asked.
    await ledger.flush()
    const now = clock.wallTime()
    const { result, health } = conclude(source.key, visit, before, source.limits, { triedAt, now })
    if (signal?.aborted === true) return result
    await store.setHealth(health)
    await applyRetention(source, store, health, visit.failures.length === 0, now)
    return result
  }

  async function visitSource(source: SourceAdapter): Promise<Visit> {
    const deadlineAt = startedAt + deadline
    await keepPace(source, ledger, clock, deadlineAt - clock.now(), signal)
    const windows = quotaWindows(source.limits.rates)
    const sent = { requests: 0 }
    await using client = sourceClient(source, { ...parts, clock, ledger, onRequest: () => sent.requests++ })
    return await askSource(source, {
      client,
      store,
      clock,
      deadlineAt,
      signal,
      windowTurn: (now) => (windows[0] === undefined ? undefined : ledger.windowTurn(source.origin, windows[0], now)),
      requests: () => sent.requests,
    })
  }
}

function isDue(health: SourceHealth | undefined, now: number, isForced: boolean): boolean {
  if (health === undefined) return true
  if (health.state === 'off') return false
  return isForced || health.nextAt === undefined || health.nextAt <= now
}

function checkKeys(sources: readonly SourceAdapter[]): void {
  const keys = sources.map(({ key }) => key)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new SettingsError(`sources: ${twice} is there twice; give each source once`)
}
