import type { BenchmarkRow, Waterfall, WaterfallBar } from './report.ts'
import type { Round, Sample } from './round.ts'

/** Maximum number of bars; more are unreadable. */
const maxBars = 200

/** Last rounds of the row `reused` and of the best concurrency, for a side-by-side view. */
export function waterfallsOf(rounds: readonly Round[], spot: BenchmarkRow | undefined): Waterfall[] {
  const before = rounds.findLast(({ plan }) => plan.mode === 'reused')
  const after =
    spot === undefined || spot.mode === 'reused'
      ? undefined
      : rounds.findLast(({ plan }) => plan.mode === spot.mode && plan.concurrency === spot.concurrency)
  return [before, after].filter((round) => round !== undefined).map(waterfallOf)
}

/** All calls wait from the start; which of them are queued already is irrelevant. */
function leftAt({ startedAt, queued }: Sample): number {
  return Math.max(0, startedAt + queued)
}

function waterfallOf({ plan, concurrency, wall, samples }: Round): Waterfall {
  const bars = samples
    .toSorted((a, b) => leftAt(a) - leftAt(b) || a.index - b.index)
    .slice(0, maxBars)
    .map(
      (sample): WaterfallBar => ({
        index: sample.index,
        startMs: leftAt(sample),
        queuedMs: 0,
        connectMs: sample.connect,
        firstByteMs: sample.firstByte,
        bodyMs: sample.body,
        ok: sample.ok,
        ...(sample.status === undefined ? undefined : { status: sample.status }),
      }),
    )
  return { mode: plan.mode, concurrency, wallMs: wall, bars }
}
