import { formatDuration } from '../time/duration.ts'
import type { BenchmarkRow, LimitedBy } from './report.ts'
import { borne, ladderOf } from './sweet-spot.ts'

/** Limit of the throughput, and the evidence. */
export interface Diagnosis {
  readonly limitedBy: LimitedBy
  /** A sentence with figures. */
  readonly evidence: string
}

/** Share of refusals above which they count as a limit. */
const refusedShare = 0.005
/** Share of the time spent waiting for a rate above which the rate counts as the limit. */
const heldShare = 0.2
/** Event loop utilization from which the event loop counts as the limit. */
const loopIsFull = 0.85
/** Increase of the error rate over the unloaded one above which load is the cause. */
const failingShare = 0.05
/** Latency that grows by less than this share counts as constant, */
const leastGrowth = 0.1
/** and so does growth below this many standard errors. */
const errorsToBelieve = 3
/** Share of the latency growth between first and last byte above which the network is the limit. */
const bodyPart = 0.6
/** Share of the latency growth due to this process's own event loop delay above which this machine is the limit. */
const latePart = 0.5
/** Limiters that hold calls back because of a rate, a quota, or a pause that the server requested. */
const rateGates = /^(rate |advertised quota$|learned rate$|Retry-After$)/

/**
 * Determines what limits the rows, from their own figures.
 *
 * In a closed loop throughput is concurrency divided by latency (Little's law), so more concurrency helps as long as
 * latency does not grow. If it grows, something is saturated: this machine if its event loop was; the network if the
 * growth lies between first and last byte and the bytes per second stay constant; the server otherwise. Refusals and
 * rate limits are reported first, because they apply regardless of the rest.
 */
export function diagnose(rows: readonly BenchmarkRow[]): Diagnosis {
  const ladder = ladderOf(rows)
  const [alone] = ladder
  const top = ladder.at(-1)
  if (alone === undefined || top === undefined || bestRate(ladder) <= 0) {
    return { limitedBy: 'unknown', evidence: 'no request succeeded' }
  }
  return (
    rateLimit(ladder) ??
    failing(ladder, alone) ??
    ownMachine(ladder) ??
    (top === alone ? alreadyFull(alone) : undefined) ??
    saturated(ladder, alone, top)
  )
}

function rateLimit(ladder: readonly BenchmarkRow[]): Diagnosis | undefined {
  const best = bestRate(borne(ladder))
  const refused = ladder.find((row) => row.throttled > refusedShare * row.requests)
  if (refused !== undefined) {
    const throttled = sumOf(ladder, ({ throttled: own }) => own)
    const where = refused.concurrency === 1 ? 'even one at a time' : `from a concurrency of ${refused.concurrency} up`
    const share = `${throttled} of ${sumOf(ladder, ({ requests }) => requests)} requests were refused (429)`
    return {
      limitedBy: 'rate-limit',
      evidence: `${share}, ${where}; at most ${perSecond(best)} were accepted`,
    }
  }
  const held = ladder
    .flatMap((row) => Object.entries(row.waitedMs).map(([gate, wait]) => ({ row, gate, share: wait / row.wallMs })))
    .filter(({ gate, share }) => rateGates.test(gate) && share >= heldShare)
    .sort((a, b) => b.share - a.share)[0]
  if (held === undefined) return undefined
  const share = `${Math.round(Math.min(1, held.share) * 100)} % of the time`
  return {
    limitedBy: 'rate-limit',
    evidence: `with ${held.row.concurrency} at once calls waited ${share} for ${nameOf(held.gate)}; at best ${perSecond(best)}`,
  }
}

function failing(ladder: readonly BenchmarkRow[], alone: BenchmarkRow): Diagnosis | undefined {
  const share = ({ errors, requests }: BenchmarkRow): number => (requests === 0 ? 0 : errors / requests)
  const first = ladder.find((row) => share(row) > share(alone) + failingShare)
  if (first === undefined) return undefined
  const [before, after] = [share(alone), share(first)].map((part) => `${Math.round(part * 100)} %`)
  return {
    limitedBy: 'server-capacity',
    evidence: `requests fail under load: ${before} one after another, ${after} with ${first.concurrency} at once`,
  }
}

function ownMachine(ladder: readonly BenchmarkRow[]): Diagnosis | undefined {
  const full = ladder.find(({ loopBusy }) => loopBusy >= loopIsFull)
  if (full === undefined) return undefined
  const best = bestRate(ladder)
  const busy = `${Math.round(full.loopBusy * 100)} % of the time`
  return {
    limitedBy: 'client-cpu',
    evidence: `this process was busy ${busy} with ${full.concurrency} at once, with ${full.cpu.toFixed(1)} cores in use, at ${perSecond(best)}`,
  }
}

/** With a single level there is no growth to look at. */
function alreadyFull(alone: BenchmarkRow): Diagnosis {
  return {
    limitedBy: 'concurrency',
    evidence: `one at a time: ${perSecond(alone.rps)}; no higher concurrency was tried`,
  }
}

function saturated(ladder: readonly BenchmarkRow[], alone: BenchmarkRow, top: BenchmarkRow): Diagnosis {
  const times = `one request takes ${formatDuration(alone.p50Ms)} alone and ${formatDuration(top.p50Ms)} with ${top.concurrency} at once`
  const growth = Math.min(meanOf(top) / meanOf(alone), top.p50Ms / alone.p50Ms) - 1
  // Disturbances only make a round slower, so saturation also shows in the fastest one.
  const growthOfQuickest = top.p50MsRange[0] / alone.p50Ms - 1
  const isGrown = growth >= Math.max(leastGrowth, errorsToBelieve * errorOf(alone, top))
  if (!isGrown || growthOfQuickest < leastGrowth / 2) {
    return {
      limitedBy: 'concurrency',
      evidence: `${times}, so more at once still help: ${perSecond(top.rps)} is ${(top.rps / alone.rps).toFixed(1)} times one at a time`,
    }
  }
  const best = ladder.reduce((most, row) => (row.rps > most.rps ? row : most))
  const lateness = top.loopDelayMs - alone.loopDelayMs
  if (lateness >= latePart * (meanOf(top) - meanOf(alone))) {
    return {
      limitedBy: 'client-cpu',
      evidence: `${times}, and this process ran ${formatDuration(top.loopDelayMs)} behind (event loop delay)`,
    }
  }
  const inBody = (top.bodyMs - alone.bodyMs) / (meanOf(top) - meanOf(alone))
  if (inBody >= bodyPart) {
    return {
      limitedBy: 'network',
      evidence: `${times}, and ${Math.round(inBody * 100)} % of that growth lies between first and last byte; the connection carries at most ${bytes(best.bytesPerSecond)} a second`,
    }
  }
  const atOnce = Math.max(1, Math.round((best.rps * meanOf(alone)) / 1_000))
  return {
    limitedBy: 'server-capacity',
    evidence: `${times}, and throughput stays at ${perSecond(best.rps)}: the API processes about ${atOnce} at once, and the others wait there`,
  }
}

/**
 * Standard error of the growth from one median to the other, as a share, for log-normal latencies: the spread from
 * p50 to p95, which is 1.645 standard deviations; 1.25 of them over the square root of the count for a median.
 */
function errorOf(one: BenchmarkRow, other: BenchmarkRow): number {
  const own = ({ p50Ms, p95Ms, requests }: BenchmarkRow): number =>
    (1.25 * Math.log(Math.max(1, p95Ms / p50Ms))) / 1.645 / Math.sqrt(requests)
  return Math.hypot(own(one), own(other))
}

/** Mean latency without the connect time, which says nothing about load. */
function meanOf({ firstByteMs, bodyMs }: BenchmarkRow): number {
  return firstByteMs + bodyMs
}

function nameOf(gate: string): string {
  if (gate === 'advertised quota') return 'the quota that the API advertises'
  if (gate === 'learned rate') return 'a rate inferred from refusals'
  if (gate === 'Retry-After') return 'the API, which requested a wait (Retry-After)'
  return `the configured ${gate}`
}

function bestRate(rows: readonly BenchmarkRow[]): number {
  return Math.max(...rows.map(({ rps }) => rps))
}

function sumOf(rows: readonly BenchmarkRow[], of: (row: BenchmarkRow) => number): number {
  return rows.reduce((total, row) => total + of(row), 0)
}

function perSecond(rps: number): string {
  return `${rps >= 100 ? Math.round(rps) : rps.toFixed(1)}/s`
}

function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)))
  return `${(amount / 1_000 ** power).toPrecision(3)} ${units[power]}`
}
