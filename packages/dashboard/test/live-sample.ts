import { sampleRun } from '../../report/test/sample-run.ts'
import type { LiveRun } from '../src/live-run.ts'

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
    },
    state: 'running',
    rate: 50.25,
    etaMs: 95_000,
    inFlight: 12,
    concurrency: 20,
    heldBy: [hostile],
    attempts: { 200: 9_000, 429: 12, [hostile]: 3 },
    attemptErrors: [{ code: hostile, message: hostile, count: 9, example: hostile }],
    flights: { stepMs: 1_000, inFlight: [1, 8, 20, 12], limit: [20, 20, 20, 20] },
    changes: [{ atMs: 5_000, text: hostile }],
    oldest: [{ request: hostile, attempt: 2, forMs: 2_500 }],
    recent: bars,
    slowest: bars.slice(0, 20),
    failures: [{ id: hostile, atMs: 9_000, attempts: 3, code: hostile, message: hostile }],
    hosts: [{ host: hostile, inFlight: 3, requests: 100, failed: 4, throttled: 1 }],
    settings: { '--rate': hostile },
  }
}
