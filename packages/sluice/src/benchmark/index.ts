/**
 * Finds the best concurrency for an API, and what limits it.
 *
 * @module sluice/benchmark
 */

export { benchmark } from './benchmark.ts'
export type { BenchmarkOptions } from './options.ts'
export { planBenchmark } from './plan-benchmark.ts'
export type { BenchmarkReport } from './report.ts'
