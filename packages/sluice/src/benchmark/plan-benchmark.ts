import { type BenchmarkOptions, resolveBenchmark } from './options.ts'
import { plannedRequests, type RowPlan, rowsOf } from './plan.ts'

/** Plan of a `benchmark` with the same options. */
export interface BenchmarkPlan {
  /** Rows in the order of the table. Levels above `count` are left out. */
  readonly rows: readonly RowPlan[]
  /** Requests of each row in each round. */
  readonly requestsPerRow: number
  readonly repeat: number
  /** Maximum number of requests, warm-up included. */
  readonly requests: number
}

/** Plans what `benchmark` would do, without sending anything. @throws SettingsError that names the option */
export function planBenchmark(options: BenchmarkOptions = {}): BenchmarkPlan {
  const settings = resolveBenchmark(options)
  return {
    rows: rowsOf(settings),
    requestsPerRow: settings.count,
    repeat: settings.repeat,
    requests: plannedRequests(settings),
  }
}
