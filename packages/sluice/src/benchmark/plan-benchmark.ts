import { type BenchmarkOptions, resolveBenchmark } from './options.ts'
import { plannedRequests, type RowPlan, rowsOf } from './plan.ts'

/** Plan of `benchmark` with the same options, without sending anything. */
export interface BenchmarkPlan {
  /** In the order of the table. Levels above `count` are left out. */
  readonly rows: readonly RowPlan[]
  /** Requests of each row in each round. */
  readonly requestsPerRow: number
  readonly repeat: number
  /** The most that is sent, with those to warm up. */
  readonly requests: number
}

/** Says what `benchmark` would do, before anything is sent. @throws SettingsError that names the option. */
export function planBenchmark(options: BenchmarkOptions = {}): BenchmarkPlan {
  const settings = resolveBenchmark(options)
  return {
    rows: rowsOf(settings),
    requestsPerRow: settings.count,
    repeat: settings.repeat,
    requests: plannedRequests(settings),
  }
}
