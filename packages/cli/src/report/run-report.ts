import type { RunReport } from '@sluice/report'
import { isFinished } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'
import type { RunSummary } from '../run/run-summary.ts'
import { shownRun } from '../run/shown-run.ts'
import { type CollectedRun, RunCollector } from './run-collector.ts'

/** Results that are read at once. */
const pages = { limit: 1_000, maxBytes: 16 * 1024 * 1024 }

/** What there is to say of a run whose results were collected as they came. */
export function liveReport(summary: RunSummary, { collector, title, startedAt }: CollectedRun): RunReport {
  const { exitCode: _, concurrency: __, isAuto: ___, run: ____, ...told } = summary
  return { ...told, title, startedAt, ...collector.collected() }
}

/** The same of a run that is kept, over all its sessions; its results are read page by page. */
export async function storedReport(store: RunStore, run: StoredRun): Promise<RunReport> {
  const collector = new RunCollector()
  let page = await store.results(run.id, pages)
  while (page.length > 0) {
    for (const result of page) collector.addStored(result, run.createdAt)
    page = await store.results(run.id, { ...pages, after: page.at(-1)!.index })
  }
  const shown = shownRun(run, await store.tallies(run.id), store.name)
  const { name, createdAt, read, succeeded, failed, statuses, errors, attemptMs, elapsedMs, requests } = shown
  const done = succeeded + failed
  return {
    schema: 1,
    title: name,
    startedAt: createdAt,
    ...(isFinished(run) ? undefined : { stopped: shown.state }),
    done,
    succeeded,
    failed,
    unfinished: Math.max(0, read - done),
    skipped: 0,
    statuses,
    elapsedMs,
    throughput: elapsedMs === 0 ? 0 : Math.round((done * 10_000) / elapsedMs) / 10,
    requests,
    requestsPerItem: shown.requestsPerItem,
    throttledShare: shown.throttledShare,
    attemptMs,
    // Which limit was waited for is not kept.
    waitedMs: collector.backoff < 1 ? {} : { backoff: Math.round(collector.backoff * 10) / 10 },
    errors,
    ...collector.collected(),
  }
}
