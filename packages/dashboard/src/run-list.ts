/** Snapshot of the runs and workers of a store: plain data of bounded size, with credentials masked. */
export interface RunList {
  /** Name of the store. */
  readonly title: string
  /** Runs, the newest first. */
  readonly runs: readonly ListedRun[]
  /** Number of older runs that are not listed. */
  readonly more: number
  /** Workers that reported recently; absent if the store cannot share runs. */
  readonly workers?: readonly LiveWorker[]
  /** Work waiting for workers. */
  readonly backlog?: { readonly runs: number; readonly items: number }
}

export interface ListedRun {
  /** Segment of the path of its page. */
  readonly key: string
  readonly name: string
  /** State as printed by `sluice runs`. */
  readonly state: string
  /** True if a process works on it. */
  readonly isActive: boolean
  readonly done: number
  readonly total?: number
  readonly failed: number
  /** Results per second over the last ten seconds. */
  readonly rate: number
  /** Priority among shared runs; absent for others. */
  readonly priority?: number
  /** ISO 8601. */
  readonly createdAt: string
}

export interface LiveWorker {
  readonly id: number
  readonly host: string
  readonly process: number
  /** `lost` if its recent reports are missing: other workers take over its chunks. */
  readonly state: 'working' | 'draining' | 'lost'
  /** Number of requests in flight, over all its runs. */
  readonly inFlight: number
  readonly concurrency: number
  /** Number of chunks that it holds, by run. */
  readonly chunks: Readonly<Record<string, number>>
  /** Number of results since it joined, over all its runs. */
  readonly settled: number
  readonly rate: number
  /** Milliseconds since its last report. */
  readonly silentMs: number
}
