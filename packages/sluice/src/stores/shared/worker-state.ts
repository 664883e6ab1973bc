/** A process that works on shared runs, when it joins. */
export interface NewWorker {
  readonly host: string
  /** Of the process. */
  readonly pid: number
  readonly concurrency: number
}

/** What a worker tells of itself, every second or so. */
export interface WorkerReport {
  readonly inFlight: number
  /** Results that it has settled since it joined. */
  readonly settled: number
  /** Whether it takes no more chunks. */
  readonly isDraining: boolean
}

/** A worker as the store shows it. */
export interface WorkerState extends NewWorker, WorkerReport {
  /** Given by the store, and never twice. */
  readonly id: number
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly joinedAt: number
  readonly seenAt: number
  /** Whether it has been heard of lately. */
  readonly isAlive: boolean
  /** Names of the runs of which it holds chunks, and how many. */
  readonly chunks: ReadonlyMap<string, number>
}
