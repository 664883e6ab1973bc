import { optionsOf } from '../../flags/options.ts'
import { type WorkerFlags, workerFlags } from '../../flags/store-flags.ts'
import type { Address } from '../../flags/values.ts'

/** A `worker` as its flags describe it. */
export interface WorkerSettings {
  readonly concurrency: number
  /** Names of the runs; undefined for all. */
  readonly runs: readonly string[] | undefined
  readonly untilDone: boolean
  /** Milliseconds for what is in flight after a signal. */
  readonly grace: number
  /** Address of the health endpoint, if there is one. */
  readonly health: Address | undefined
}

/** Parses the flags. @throws SettingsError that names the flag, what was expected, and what came */
export function resolveWorkerSettings(flags: WorkerFlags): WorkerSettings {
  const given = optionsOf(workerFlags, flags).worker as Partial<WorkerSettings> | undefined
  return { concurrency: 100, runs: undefined, untilDone: false, grace: 10_000, health: undefined, ...given }
}
