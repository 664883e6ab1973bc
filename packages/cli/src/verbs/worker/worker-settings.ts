import { optionsOf } from '../../flags/options.ts'
import { type WorkerFlags, workerFlags } from '../../flags/store-flags.ts'
import type { Address } from '../../flags/values.ts'
import { memoryForBodies } from '../../plan/memory-for-bodies.ts'

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
    maxMemory: memoryForBodies(),
    runs: undefined,
    untilDone: false,
    grace: 10_000,
    health: undefined,
    ...given,
  }
}
