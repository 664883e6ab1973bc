import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { optionsOf } from '../../flags/options.ts'
import { type WorkerFlags, workerFlags } from '../../flags/store-flags.ts'
import type { Address } from '../../flags/values.ts'

/** Parsed flags of `worker`. */
export interface WorkerSettings {
  readonly concurrency: number
  /** Memory for bodies in bytes. */
  readonly maxMemory: number
  /** Names of the runs; undefined for all. */
  readonly runs: readonly string[] | undefined
  readonly untilDone: boolean
  /** Milliseconds that requests in flight get after a signal. */
  readonly grace: number
  /** Address of the health endpoint, if there is one. */
  readonly health: Address | undefined
}

/** Parses the flags. @throws SettingsError with the flag, the expected and the actual value */
export function resolveWorkerSettings(flags: WorkerFlags): WorkerSettings {
  const given = optionsOf(workerFlags, flags).worker as Partial<WorkerSettings> | undefined
  return {
    concurrency: 100,
    maxMemory: memoryForBodies(process.constrainedMemory(), totalmem(), getHeapStatistics().heap_size_limit),
    runs: undefined,
    untilDone: false,
    grace: 10_000,
    health: undefined,
    ...given,
  }
}

/** Approximate memory of Node.js and Sluice without any bodies, in bytes. */
const usualMemory = 96 * 1024 * 1024
const leastForBodies = 16 * 1024 * 1024

/**
 * Half of the available memory, according to the lowest limit: of the container (0 without one), the machine or the V8
 * heap.
 */
export function memoryForBodies(container: number, machine: number, heap: number): number {
  const limit = Math.min(container > 0 ? container : Number.POSITIVE_INFINITY, machine, heap)
  return Math.max(leastForBodies, Math.floor((limit - usualMemory) / 2))
}
