/** Counts of one upstream since the gateway started. */
export interface UpstreamFigures {
  readonly name: string
  readonly url: string
  /** Requests that are being answered, those that wait included. */
  readonly open: number
  /** Of them: those that wait for the limits, and those that are at the upstream. */
  readonly waiting: number
  readonly inFlight: number
  /** Requests that have ended. */
  readonly ended: number
  /** Attempts that were sent for them. */
  readonly attempts: number
  /** Answers by status, those of the gateway itself included. */
  readonly statuses: ReadonlyMap<number, number>
  /** Requests that the gateway answered itself, by reason, such as `SLUICE_CIRCUIT_OPEN`. */
  readonly problems: ReadonlyMap<string, number>
  /** Requests whose caller hung up before its answer had ended. */
  readonly hungUp: number
  /** Answers that broke off because the upstream did. */
  readonly brokenOff: number
  /** Bytes of bodies: from the callers, and to them. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** Milliseconds in the queue, and at the upstream until the head of its answer, added up. */
  readonly queued: number
  readonly upstream: number
}

/** Counts of one upstream, kept over reloads. */
export class Counts {
  open = 0
  ended = 0
  attempts = 0
  hungUp = 0
  brokenOff = 0
  bytesIn = 0
  bytesOut = 0
  queued = 0
  upstream = 0
  readonly statuses: Map<number, number> = new Map()
  readonly problems: Map<string, number> = new Map()

  status(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }

  problem(code: string): void {
    this.problems.set(code, (this.problems.get(code) ?? 0) + 1)
  }
}
