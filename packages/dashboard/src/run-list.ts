/** Runs of a store and the workers at them, at one moment: plain data of bounded size, with credentials masked. */
export interface RunList {
  /** Name of the store. */
  readonly title: string
  /** The newest first. */
  readonly runs: readonly ListedRun[]
  /** Number of older runs that are not listed. */
  readonly more: number
  /** Those that were heard of lately; absent where runs cannot be shared. */
  readonly workers?: readonly LiveWorker[]
  /** Work that waits for workers. */
  readonly backlog?: { readonly runs: number; readonly items: number }
}

export interface ListedRun {
  /** Part of the address of its page. */
  readonly key: string
  readonly name: string
  /** As `sluice runs` says it. */
  readonly state: string
  /** True if a process works on it now. */
  readonly isActive: boolean
  readonly done: number
  readonly total?: number
  readonly failed: number
  /** Results per second over the last ten seconds. */
  readonly rate: number
  /** Turn among shared runs; absent for others. */
  readonly priority?: number
  /** ISO 8601. */
  readonly createdAt: string
}

export interface LiveWorker {
  readonly id: number
  readonly host: string
  readonly process: number
  readonly state: 'working' | 'draining' | 'lost'
  readonly inFlight: number
  readonly concurrency: number
  /** Chunks that it holds, by run. */
  readonly chunks: Readonly<Record<string, number>>
  /** Results since it joined. */
  readonly settled: number
  readonly rate: number
  /** Milliseconds since its last report. */
  readonly silentMs: number
}
