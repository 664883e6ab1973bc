import type { BenchmarkRow } from './report.ts'

/** Share of the best throughput that counts as equal to it. */
const asGood = 0.95
/** The same, where rounds of the one were as quick as rounds of the other: they cannot be told apart. */
const asGoodAsFarAsSeen = 0.85
/** How many times the unloaded 95th percentile a request may take. */
const slowestFactor = 2
/** The share of failures beyond that of a single connection that is not held against a level. */
const mayFail = 0.01

/** At this share of refused or failed requests a level is not borne, and its throughput is that of a moment. */
export const storm = 0.2

/** The rows among which a level can be chosen, by their number at once. */
export function ladderOf(rows: readonly BenchmarkRow[]): BenchmarkRow[] {
  return rows
    .filter(({ mode }) => mode === 'reused' || mode === 'concurrent')
    .sort((a, b) => a.concurrency - b.concurrency)
}

/**
 * The smallest level within 5 % of the best throughput whose 95th percentile stays within twice the unloaded one, and at which
 * no more fails than before. If there is none, what fails, and then what takes long, is put up with.
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

/** The rows that a server bore; all of them if it bore none. */
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
