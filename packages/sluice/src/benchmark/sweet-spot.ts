import type { BenchmarkRow } from './report.ts'

/** Share of the best throughput that counts as equal. */
const asGood = 0.95
/** Same, where the rounds of both levels overlap, so that they cannot be told apart. */
const asGoodAsFarAsSeen = 0.85
/** Maximum 95th percentile as a factor of the unloaded one. */
const slowestFactor = 2
/** Increase of the failure rate over a single connection that is tolerated. */
const mayFail = 0.01

/**
 * Share of refused or failed requests at which the server does not tolerate a level, and its throughput is transient.
 */
export const storm = 0.2

/** Rows to choose from, by concurrency. */
export function ladderOf(rows: readonly BenchmarkRow[]): BenchmarkRow[] {
  return rows
    .filter(({ mode }) => mode === 'reused' || mode === 'concurrent')
    .sort((a, b) => a.concurrency - b.concurrency)
}

/**
 * Smallest level within 5 % of the best throughput whose 95th percentile stays within twice the unloaded one, with no
 * more failures than before. If there is none, failures are accepted, and then latency.
 */
export function sweetSpot(rows: readonly BenchmarkRow[]): BenchmarkRow | undefined {
  const ladder = borne(ladderOf(rows))
  const [unloaded] = ladder
  if (unloaded === undefined) return undefined
  const best = ladder.reduce((most, row) => (row.rps > most.rps ? row : most))
  if (best.rps <= 0) return undefined
  const near = ladder.filter((row) => isAsGood(row, best))
  const clean = near.filter((row) => failedShare(row) <= failedShare(unloaded) + mayFail)
  const isQuick = ({ p95Ms }: BenchmarkRow): boolean => p95Ms <= slowestFactor * unloaded.p95Ms
  return clean.find(isQuick) ?? near.find(isQuick) ?? clean[0] ?? near[0]
}

/** Rows that the server tolerated; all of them if there are none. */
export function borne(rows: readonly BenchmarkRow[]): readonly BenchmarkRow[] {
  const found = rows.filter((row) => failedShare(row) <= storm)
  return found.length > 0 ? found : rows
}

function isAsGood({ rps, rpsRange }: BenchmarkRow, best: BenchmarkRow): boolean {
  const overlaps = rpsRange[1] >= best.rpsRange[0]
  return rps >= (overlaps ? asGoodAsFarAsSeen : asGood) * best.rps
}

function failedShare({ throttled, errors, requests }: BenchmarkRow): number {
  return requests === 0 ? 0 : (throttled + errors) / requests
}
