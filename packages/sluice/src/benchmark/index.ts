/**
 * Finds the best concurrency for an API, and what limits it.
 *
 * @module sluice/benchmark
 */

export { benchmark } from './benchmark.ts'
export type { BenchmarkOptions, BenchmarkTurn } from './options.ts'
export type { RowPlan } from './plan.ts'
export { type BenchmarkPlan, planBenchmark } from './plan-benchmark.ts'
export type {
  BenchmarkError,
  BenchmarkMode,
  BenchmarkReport,
  BenchmarkRow,
  LimitedBy,
  Waterfall,
  WaterfallBar,
} from './report.ts'
export type { Effort, EffortReading } from './system-effort.ts'
