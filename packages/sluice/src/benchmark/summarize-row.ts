import type { BenchmarkRow } from './report.ts'
import type { Round, Sample } from './round.ts'
import { mean, median, percentile, rangeOf, sum } from './statistics.ts'

/** Successes per second of the rows used for comparison. */
export interface Baseline {
  readonly sequential: number
  readonly reused: number
}

/** Summarizes the rounds of a row. */
export function summarizeRow(rounds: readonly Round[], baseline: Baseline): BenchmarkRow {
  const samples = rounds.flatMap((round) => round.samples)
  const answered = samples.filter(({ ok }) => ok)
  const times = answered.map(timeOf).sort((a, b) => a - b)
  const rates = rounds.map(successRate)
  const rps = median(rates)
  const concurrency = Math.round(median(rounds.map((round) => round.concurrency)))
  const ideal = concurrency * baseline.reused
  return {
    mode: rounds[0]!.plan.mode,
    concurrency,
    rounds: rounds.length,
    wallMs: median(rounds.map(({ wall }) => wall)),
    wallMsRange: rangeOf(rounds.map(({ wall }) => wall)),
    rps,
    rpsRange: rangeOf(rates),
    speedup: baseline.sequential === 0 ? 0 : rps / baseline.sequential,
    efficiency: ideal === 0 ? 0 : rps / ideal,
    p50Ms: percentile(times, 50),
    p50MsRange: rangeOf(rounds.map(medianTime).filter((time) => time !== undefined)),
    p95Ms: percentile(times, 95),
    p99Ms: percentile(times, 99),
    connectMs: mean(answered.map(({ connect }) => connect)),
    firstByteMs: mean(answered.map(({ firstByte }) => firstByte)),
    bodyMs: mean(answered.map(({ body }) => body)),
    requests: samples.filter(({ wasSent }) => wasSent).length,
    throttled: samples.filter(({ isThrottled }) => isThrottled).length,
    errors: samples.filter(({ ok, isThrottled }) => !ok && !isThrottled).length,
    bytesPerSecond: median(rounds.map(({ samples: own, wall }) => perSecond(sum(own.map(({ bytes }) => bytes)), wall))),
    inFlight: median(rounds.map(({ samples: own, wall }) => (wall === 0 ? 0 : sum(own.map(timeOf)) / wall))),
    loopBusy: median(rounds.map(({ effort }) => effort.loopBusy)),
    loopDelayMs: median(rounds.map(({ effort }) => effort.loopDelay)),
    cpu: median(rounds.map(({ effort }) => effort.cpu)),
    waitedMs: waitsOf(rounds),
  }
}

export function successRate({ samples, wall }: Round): number {
  return perSecond(samples.filter(({ ok }) => ok).length, wall)
}

/** Latency without time in the local queue. */
function timeOf({ connect, firstByte, body }: Sample): number {
  return connect + firstByte + body
}

/** Median latency of the successes, if there are any. */
function medianTime({ samples }: Round): number | undefined {
  const times = samples.filter(({ ok }) => ok).map(timeOf)
  return times.length === 0 ? undefined : median(times)
}

function perSecond(amount: number, milliseconds: number): number {
  return milliseconds === 0 ? 0 : (amount * 1_000) / milliseconds
}

function waitsOf(rounds: readonly Round[]): Record<string, number> {
  const gates = new Set(rounds.flatMap(({ waits }) => [...waits.keys()]))
  return Object.fromEntries(
    Array.from(gates, (gate) => [gate, median(rounds.map(({ waits }) => waits.get(gate) ?? 0))] as const).filter(
      ([, wait]) => wait > 0,
    ),
  )
}
