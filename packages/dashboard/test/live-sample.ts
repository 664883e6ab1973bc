import { sampleRun } from '../../report/test/sample-run.ts'
import type { CallFilter, FoundCalls } from '../src/found-calls.ts'
import type { LiveGateway } from '../src/live-gateway.ts'
import type { LiveRun } from '../src/live-run.ts'
import type { RunList } from '../src/run-list.ts'

/** Text that tries to be more than text. */
const hostile = '<img src=x onerror="document.title=`hit`"></td><script>document.title="hit"</script>"\'&\u202e\u0000'

/** A run in its middle, whose texts are all hostile. */
export function sampleLive(): LiveRun {
  const run = sampleRun()
  const [bar] = run.waterfall
  const bars = Array.from({ length: 30 }, (_, index) => ({
    ...bar!,
    index,
    id: hostile,
    startMs: 100_000 + index * 20,
  }))
  const tries = [0, 400, 1_200].map((startMs) => {
    return { startMs, connectMs: 5, firstByteMs: 90, ms: 120, ending: hostile }
  })
  return {
    report: {
      ...run,
      title: hostile,
      total: 20_000,
      errors: [{ code: hostile, message: hostile, count: 3, example: hostile }],
      keys: { [hostile]: { requests: 7, refused: 401 } },
      hosts: [{ host: hostile, failures: 2, hasAnswered: true, error: hostile }],
      spent: { tokens: 1_200 },
      budgetLeft: { tokens: 800 },
      missed: [hostile],
      attempts: { 200: 9_000, 429: 12, [hostile]: 3 },
      attemptErrors: [{ code: hostile, message: hostile, count: 9, example: hostile }],
    },
    state: 'running',
    rate: 50.25,
    etaMs: 95_000,
    inFlight: 12,
    concurrency: 20,
    heldBy: [hostile],
    flights: { stepMs: 1_000, inFlight: [1, 8, 20, 12], limit: [20, 20, 20, 20] },
    changes: [{ atMs: 5_000, text: hostile }],
    oldest: [{ request: hostile, attempt: 2, forMs: 2_500 }],
    recent: bars,
    slowest: bars.slice(0, 20),
    failures: [{ call: { ...bars[0]!, attempts: 3, ok: false, tries }, atMs: 9_000, code: hostile, message: hostile }],
    hosts: [{ host: hostile, inFlight: 3, requests: 100, failed: 4, throttled: 1 }],
    settings: { '--rate': hostile },
  }
}

/** A gateway at work, whose texts are hostile. */
export function sampleGateway(): LiveGateway {
  return {
    title: hostile,
    state: 'serving',
    upstreams: [
      {
        path: hostile,
        url: hostile,
        inFlight: 20,
        concurrency: 20,
        waiting: 310,
        heldBy: [hostile],
        ended: 4_000,
        rate: 48.5,
        attempts: 4_100,
        hungUp: 3,
        statuses: { 200: 3_900, 503: 100 },
        problems: { [hostile]: 100 },
      },
    ],
    callers: [
      { name: hostile, path: hostile, open: 300, ended: 2_600, refused: 100, share: 0.65 },
      { name: 'person', path: '/', open: 0, ended: 3, refused: 0 },
    ],
    more: 12,
    refused: { [hostile]: 2 },
  }
}

/** A store with a run at work and a finished one, whose texts are hostile. */
export function sampleList(): RunList {
  const run = { name: hostile, failed: 12, createdAt: '2026-11-30T11:50:00.000Z' }
  const worker = { host: hostile, process: 71, concurrency: 100, settled: 61_000, rate: 48.5, silentMs: 400 }
  return {
    title: hostile,
    runs: [
      { ...run, key: '7', state: 'being worked on', isActive: true, done: 4_200, total: 50_000, rate: 97, priority: 5 },
      { ...run, key: '3', state: 'finished', isActive: false, done: 1_000_000, total: 1_000_000, rate: 0 },
    ],
    more: 40,
    workers: [
      { ...worker, id: 1, state: 'working', inFlight: 80, chunks: { [hostile]: 3, nightly: 1 } },
      { ...worker, id: 2, state: 'lost', inFlight: 0, chunks: {} },
    ],
    backlog: { runs: 1, items: 45_800 },
  }
}

/** Answer to every search: its filter is the id of the one call, whose other texts are hostile. */
export function sampleFind(filter: CallFilter): FoundCalls {
  const { waterfall } = sampleRun()
  const headers = {
    requestHeaders: { authorization: '***', [hostile]: hostile },
    responseHeaders: { 'set-cookie': '***' },
  }
  const call = { ...waterfall[0]!, id: JSON.stringify(filter) }
  return {
    calls: [
      {
        call: { ...call, ok: false, tries: sampleLive().failures[0]!.call.tries! },
        atMs: 9_000,
        ending: hostile,
        url: hostile,
        message: hostile,
        ...(filter.index === undefined ? undefined : headers),
      },
    ],
    ...(filter.after === undefined && filter.index === undefined ? { next: 41 } : undefined),
  }
}
