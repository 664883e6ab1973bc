/** A gateway at one moment: plain data of bounded size, with credentials masked. */
export interface LiveGateway {
  /** Address at which it is called. */
  readonly title: string
  readonly state: 'serving' | 'draining' | 'ended'
  readonly upstreams: readonly LiveUpstream[]
  /** The busiest first, each with one upstream. */
  readonly callers: readonly LiveCaller[]
  /** Number of further callers, which are not listed. */
  readonly more: number
  /** Requests that were refused before an upstream was found, by reason. */
  readonly refused: Readonly<Record<string, number>>
}

export interface LiveUpstream {
  /** Path under which it is called. */
  readonly path: string
  readonly url: string
  readonly inFlight: number
  readonly concurrency: number
  readonly waiting: number
  /** Limits that hold requests back now. */
  readonly heldBy: readonly string[]
  /** Requests that have ended, and how many did each second, lately. */
  readonly ended: number
  readonly rate: number
  /** Attempts that were sent for them. */
  readonly attempts: number
  readonly hungUp: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that the gateway answered itself, by reason. */
  readonly problems: Readonly<Record<string, number>>
}

export interface LiveCaller {
  readonly name: string
  readonly path: string
  /** Requests that are being answered, those that wait included. */
  readonly open: number
  readonly ended: number
  readonly refused: number
  /** Part of the requests of its upstream that ended lately: from 0 to 1; absent while none has. */
  readonly share?: number
}
