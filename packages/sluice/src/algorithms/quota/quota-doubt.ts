import type { QuotaReport } from './advertised-quota.ts'
/** Quota in one response, and whether the request was accepted. */
export interface DoubtReport extends Pick<QuotaReport, 'limit' | 'remaining' | 'resetAfter' | 'sentAt'> {
  /** Undefined if another process got the response. */
  readonly wasAccepted?: boolean | undefined
}

/** Time in ms after which a quota that has only ever stated 0 is probed. */
const firstProbe = 1_000
/** Time in ms after which a probe without a response is followed by another. */
const nextProbe = 60_000

/**
 * Checks a quota that states 0 remaining: some servers send 0 for no limit, or by mistake.
 *
 * The quota is trusted once it has stated more than 0, or has refused. Until then one request probes: if that is
 * accepted before the reset, and 0 is stated again, the quota is ignored until it refuses.
 */
export class QuotaDoubt {
  #isProven = false
  #isDisproved = false
  /** Time at which 0 was stated, and its end. */
  #empty: { readonly at: number; readonly until: number } | undefined
  #probeAt = Number.POSITIVE_INFINITY

  /** Processes a response. */
  report(now: number, { limit, remaining, resetAfter, sentAt, wasAccepted }: DoubtReport): void {
    if (remaining === undefined) return
    // A limit of 1 never states more than 0.
    if (remaining > 0 || limit === 1) this.#isProven = true
    if (remaining > 0 || wasAccepted === undefined) return
    if (!wasAccepted) {
      this.#isProven = true
      this.#isDisproved = false
    } else if (!this.#isProven) this.#noteEmpty(now, sentAt, resetAfter)
  }

  /** Earliest time of the next request; `until` is the quota's own. */
  earliest(now: number, until: number): number {
    if (this.#isDisproved) return now
    return this.#isProven ? until : Math.max(now, Math.min(until, this.#probeAt))
  }

  /** Counts a request as sent. */
  take(now: number): void {
    if (now >= this.#probeAt) this.#probeAt = now + nextProbe
  }

  #noteEmpty(now: number, sentAt: number, resetAfter = Number.POSITIVE_INFINITY): void {
    const empty = this.#empty
    // A reset that has already passed when it is stated is not informative either.
    const isOver = empty !== undefined && sentAt >= empty.until && empty.until > empty.at
    if (empty !== undefined && !isOver) {
      if (sentAt >= empty.at) this.#isDisproved = true
    } else {
      this.#empty = { at: now, until: now + resetAfter }
      this.#probeAt = now + firstProbe
    }
  }
}
