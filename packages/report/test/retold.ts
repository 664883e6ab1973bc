import type { BenchmarkReport } from 'sluice/benchmark'
import type { RunReport } from '../src/run-report.ts'
import { sampleBenchmark } from './sample-benchmark.ts'
import { sampleRun } from './sample-run.ts'

const benchmark = sampleBenchmark()
const run = sampleRun()
/** Bars of a waterfall. */
const few = 12

/** A small benchmark in which these texts stand wherever there are texts from elsewhere, each in turn. */
export function benchmarkWith(texts: readonly string[]): BenchmarkReport {
  const next = inTurn(texts)
  return {
    ...benchmark,
    startedAt: `x${next()}`,
    targets: Array.from({ length: 7 }, next),
    limitedBy: `x${next()}` as 'unknown',
    evidence: next(),
    notes: [next(), next(), next()],
    waterfalls: benchmark.waterfalls.map((one) => ({ ...one, bars: one.bars.slice(0, few) })),
  }
}

/** The same for a run. */
export function runWith(texts: readonly string[]): RunReport {
  const next = inTurn(texts)
  return {
    ...run,
    title: next(),
    startedAt: `x${next()}`,
    stopped: next(),
    // Names of their own, so that none falls together with another one.
    statuses: { [`a${next()}`]: 9_000, [`b${next()}`]: 700, 200: 300 },
    waitedMs: { [`a${next()}`]: 5_000, [`rate ${next()}`]: 3_000 },
    limitedBy: `rate ${next()}`,
    errors: [0, 1, 2].map((count) => ({ code: next(), message: next(), count, example: next() })),
    waterfall: run.waterfall.slice(0, few).map((bar) => ({ ...bar, id: next() })),
  }
}

function inTurn(texts: readonly string[]): () => string {
  let index = 0
  return () => texts[index++ % texts.length]!
}
