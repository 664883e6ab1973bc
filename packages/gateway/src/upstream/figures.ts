/** Counts of one caller. */
export interface CallerFigures {
  /** Requests in progress, including those that wait. */
  readonly open: number
  /** Requests that have ended, and how many of them the gateway answered itself. */
  readonly ended: number
  readonly refused: number
}

const maxCallers = 1_000

/** Counts of one upstream since the gateway started. */
export interface UpstreamFigures {
  readonly name: string
  readonly url: string
  /** Requests in progress, including those that wait. */
  readonly open: number
  /** Requests in progress that wait for the limits, and that are at the upstream. */
  readonly waiting: number
  readonly inFlight: number
  /** Requests that have ended. */
  readonly ended: number
  /** Attempts sent for all requests. */
  readonly attempts: number
  /** Responses by status, including those of the gateway itself. */
  readonly statuses: ReadonlyMap<number, number>
  /** Requests that the gateway answered itself, by reason, such as `SLUICE_CIRCUIT_OPEN`. */
  readonly problems: ReadonlyMap<string, number>
  /** Requests whose caller hung up before the end of its response. */
  readonly hungUp: number
  /** Responses cut short by the upstream. */
  readonly brokenOff: number
  /** Bytes of bodies from the callers, and to them. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** Callers by name: at most 1,000, all further ones under `others`. */
  readonly callers: ReadonlyMap<string, CallerFigures>
  /** Total ms in the queue, and at the upstream until the response head. */
  readonly queued: number
  readonly upstream: number
}

/** Counts of one upstream, retained over reloads. */
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
  readonly callers: Map<string, { -readonly [Name in keyof CallerFigures]: number }> = new Map()

  /** Counts of a caller. Above the maximum number of callers, those of `others`. */
  caller(given: string): { -readonly [Name in keyof CallerFigures]: number } {
    const name = this.callers.has(given) || this.callers.size < maxCallers ? given : 'others'
    const counts = this.callers.get(name) ?? { open: 0, ended: 0, refused: 0 }
    this.callers.set(name, counts)
    return counts
  }

  status(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }

  problem(code: string): void {
    this.problems.set(code, (this.problems.get(code) ?? 0) + 1)
  }
}
