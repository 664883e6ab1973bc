import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkMode, BenchmarkRow, Random, WaterfallBar } from 'sluice/internal'
import { seededRandom } from 'sluice/testing'

/** Requests that the modelled API serves concurrently; further ones queue there. */
const capacity = 10
const count = 150
const repeat = 3

interface Sampled {
  readonly wallMs: number
  readonly bars: readonly WaterfallBar[]
}

/** A benchmark of an API that works on ten requests at once: made up by a model, the same each time. */
export function sampleBenchmark(): BenchmarkReport {
  const random = seededRandom(7)
  const plans: readonly (readonly [BenchmarkMode, number])[] = [
    ['sequential', 1],
    ['reused', 1],
    ['concurrent', 5],
    ['concurrent', 10],
    ['concurrent', 20],
    ['concurrent', 50],
    ['auto', 11],
  ]
  const measured = plans.map(([mode, concurrency]) => ({
    mode,
    concurrency,
    rounds: Array.from({ length: repeat }, () => oneRound(mode, concurrency, random)),
  }))
  const rateOf = (index: number): number => median(measured[index]!.rounds.map(rpsOf))
  const rows = measured.map(({ mode, concurrency, rounds }) => rowOf(mode, concurrency, rounds, rateOf(0), rateOf(1)))
  return {
    schema: 1,
    startedAt: '2026-11-20T10:52:00.000Z',
    targets: ['GET https://api.example.com/v2/products?page=1&fields=name,price,stock'],
    requestsPerRow: count,
    repeat,
    plannedRequests: 3_435,
    sentRequests: 3_385,
    rows,
    sweetSpot: 10,
    limitedBy: 'server-capacity',
    evidence:
      'one request takes 101 ms alone and 512 ms with 50 at once, and throughput stays at 94.1/s: the API processes about 10 at once, and the others wait there',
    notes: [
      'skipped the levels from 100 up: there are only 150 requests',
      'connections are HTTP/1.1: one for each request in flight',
    ],
    waterfalls: [
      { mode: 'reused', concurrency: 1, ...measured[1]!.rounds.at(-1)! },
      { mode: 'concurrent', concurrency: 10, ...measured[3]!.rounds.at(-1)! },
    ],
  }
}

function oneRound(mode: BenchmarkMode, concurrency: number, random: Random): Sampled {
  const free = Array.from({ length: concurrency }, () => 0)
  const slots = Array.from({ length: capacity }, () => 0)
  const bars = Array.from({ length: count }, (_, index): WaterfallBar => {
    const startMs = takeEarliest(free)
    const connectMs = mode === 'sequential' ? 28 + 14 * random() : index < concurrency ? 24 + 10 * random() : 0
    const arrivedAt = startMs + connectMs
    const beginsAt = Math.max(arrivedAt, takeEarliest(slots))
    const work = 78 * Math.exp(0.28 * (random() + random() + random() - 1.5) * 2) + (random() < 0.02 ? 120 : 0)
    const bodyMs = 14 + 10 * random()
    slots.push(beginsAt + work + bodyMs)
    free.push(beginsAt + work + bodyMs)
    const ok = random() >= (concurrency >= 50 ? 0.03 : 0.004)
    return {
      index,
      startMs,
      queuedMs: 0,
      connectMs,
      firstByteMs: beginsAt + work - arrivedAt,
      bodyMs,
      ok,
      status: ok ? 200 : 503,
    }
  })
  return { wallMs: Math.max(...bars.map(endOf)), bars }
}

function rowOf(
  mode: BenchmarkMode,
  concurrency: number,
  rounds: readonly Sampled[],
  before: number,
  reused: number,
): BenchmarkRow {
  const bars = rounds.flatMap((round) => round.bars)
  const times = bars.map(({ connectMs, firstByteMs, bodyMs }) => connectMs + firstByteMs + bodyMs).sort((a, b) => a - b)
  const walls = rounds.map(({ wallMs }) => wallMs)
  const rates = rounds.map(rpsOf)
  const rps = median(rates)
  const share = (part: number): number => times[Math.min(times.length - 1, Math.floor(part * times.length))]!
  const meanOf = (of: (bar: WaterfallBar) => number): number =>
    bars.reduce((sum, bar) => sum + of(bar), 0) / bars.length
  return {
    mode,
    concurrency,
    rounds: rounds.length,
    wallMs: median(walls),
    wallMsRange: [Math.min(...walls), Math.max(...walls)],
    rps,
    rpsRange: [Math.min(...rates), Math.max(...rates)],
    speedup: rps / before,
    efficiency: rps / (concurrency * reused),
    p50Ms: share(0.5),
    p50MsRange: [share(0.49), share(0.51)],
    p95Ms: share(0.95),
    p99Ms: share(0.99),
    connectMs: meanOf(({ connectMs }) => connectMs),
    firstByteMs: meanOf(({ firstByteMs }) => firstByteMs),
    bodyMs: meanOf(({ bodyMs }) => bodyMs),
    requests: bars.length,
    throttled: 0,
    errors: bars.filter(({ ok }) => !ok).length,
    bytesPerSecond: rps * 18_400,
    inFlight: concurrency,
    loopBusy: 0.04,
    loopDelayMs: 0.3,
    cpu: 0.1,
    waitedMs: {},
  }
}

function takeEarliest(times: number[]): number {
  const earliest = Math.min(...times)
  times.splice(times.indexOf(earliest), 1)
  return earliest
}

function rpsOf({ wallMs, bars }: Sampled): number {
  return (bars.filter(({ ok }) => ok).length / wallMs) * 1_000
}

function endOf({ startMs, connectMs, firstByteMs, bodyMs }: WaterfallBar): number {
  return startMs + connectMs + firstByteMs + bodyMs
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
