import type { BenchmarkSettings } from './options.ts'
import type { BenchmarkMode } from './report.ts'

/** One row that is to be measured. */
export interface RowPlan {
  readonly mode: BenchmarkMode
  readonly concurrency: number | 'auto'
}

/** Next step of a round: a row, or so many requests at once that open connections for the rows after them. */
export type Turn = RowPlan | { readonly mode: 'warm-up'; readonly concurrency: number }

/** All rows, in the order of the table. */
export function rowsOf({ levels, auto }: BenchmarkSettings): RowPlan[] {
  return [
    { mode: 'sequential', concurrency: 1 },
    { mode: 'reused', concurrency: 1 },
    ...levels.map((concurrency): RowPlan => ({ mode: 'concurrent', concurrency })),
    ...(auto ? [{ mode: 'auto', concurrency: 'auto' } as const] : []),
  ]
}

/**
 * The turns of one round, the first being 1.
 *
 * The first goes up step by step, so that a load the server does not tolerate is found at the lowest level that shows it. Later ones go down and up
 * in turn, so that what changes with time does not always favour the same row. One after another comes first, because
 * connections that lie idle meanwhile would be closed.
 */
export function turnsOf(settings: BenchmarkSettings, round: number): Turn[] {
  const rows = rowsOf(settings)
  const levels = rows.filter(({ mode }) => mode === 'concurrent')
  const before = rows.filter(({ mode }) => mode === 'sequential' || mode === 'reused')
  const after = rows.filter(({ mode }) => mode === 'auto')
  const warmUp = (concurrency: RowPlan['concurrency']): Turn[] => [
    { mode: 'warm-up', concurrency: concurrency as number },
  ]
  if (round === 1) return [...before, ...levels.flatMap((row) => [...warmUp(row.concurrency), row]), ...after]
  const widest = levels.slice(-1).flatMap((row) => warmUp(row.concurrency))
  return [...before, ...widest, ...(round % 2 === 0 ? levels.toReversed() : levels), ...after]
}

/** The most that will be sent, whatever happens. */
export function plannedRequests(settings: BenchmarkSettings): number {
  let planned = 0
  for (let round = 1; round <= settings.repeat; round++) {
    for (const turn of turnsOf(settings, round)) planned += requestsOf(turn, settings)
  }
  return planned
}

/** How many requests a turn makes. */
export function requestsOf(turn: Turn, { count }: BenchmarkSettings): number {
  return turn.mode === 'warm-up' ? turn.concurrency : count
}
