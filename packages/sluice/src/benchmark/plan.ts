import type { BenchmarkSettings } from './options.ts'
import type { BenchmarkMode } from './report.ts'

/** A row to measure. */
export interface RowPlan {
  readonly mode: BenchmarkMode
  readonly concurrency: number | 'auto'
}

/** Next step of a round: a row, or a number of concurrent requests that open connections for the rows after them. */
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
 * Steps of one round; the first round is 1.
 *
 * The first round goes upwards, so that an intolerable load is found at the lowest level that shows it. Later rounds
 * alternate between down and up, so that changes over time do not always favour the same row. Sequential rows come
 * first, because connections that idle meanwhile would be closed.
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

/** Maximum number of requests sent. */
export function plannedRequests(settings: BenchmarkSettings): number {
  let planned = 0
  for (let round = 1; round <= settings.repeat; round++) {
    for (const turn of turnsOf(settings, round)) planned += requestsOf(turn, settings)
  }
  return planned
}

/** Number of requests of a step. */
export function requestsOf(turn: Turn, { count }: BenchmarkSettings): number {
  return turn.mode === 'warm-up' ? turn.concurrency : count
}
