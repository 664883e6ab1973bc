/** Quota in one answer, and whether the request was accepted. */
export interface DoubtReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  /** Milliseconds until more is available. */
  readonly resetAfter?: number | undefined
  readonly sentAt: number
  /** Unknown if another process got the answer. */
  readonly wasAccepted?: boolean | undefined
}

/** Time in ms after which a quota that has only ever stated 0 is probed. */
const firstProbe = 1_000
/** Time in ms after which a probe without an answer is followed by another. */
const nextProbe = 60_000

/**
 * Doubt about a quota that says "nothing left": some servers send 0 for no limit, or by mistake.
 *
 * The quota is believed once it has stated more than 0, or has refused. Until then one request probes: if that is accepted
 * before the reset, and 0 is stated again, the quota is disproved and ignored until it refuses.
 */
export class QuotaDoubt {
  #isProven = false
  #isDisproved = false
  /** When 0 was stated, and until when. */
  #empty: { readonly at: number; readonly until: number } | undefined
  #probeAt = Number.POSITIVE_INFINITY

  /** Takes in an answer. */
  report(now: number, { limit, remaining, resetAfter, sentAt, wasAccepted }: DoubtReport): void {
    if (remaining === undefined) return
    // A limit of 1 never states more.
    if (remaining > 0 || limit === 1) this.#isProven = true
    if (remaining > 0 || wasAccepted === undefined) return
    if (!wasAccepted) {
      this.#isProven = true
      this.#isDisproved = false
    } else if (!this.#isProven) this.#noteEmpty(now, sentAt, resetAfter)
  }

  /** When the next request may leave; the quota itself says `until`. */
  earliest(now: number, until: number): number {
    if (this.#isDisproved) return now
    return this.#isProven ? until : Math.max(now, Math.min(until, this.#probeAt))
  }

  /** Counts a request as leaving. */
  take(now: number): void {
    if (now >= this.#probeAt) this.#probeAt = now + nextProbe
  }

  #noteEmpty(now: number, sentAt: number, resetAfter = Number.POSITIVE_INFINITY): void {
    const empty = this.#empty
    // A reset that is over when it is stated means nothing either.
    const isOver = empty !== undefined && sentAt >= empty.until && empty.until > empty.at
    if (empty !== undefined && !isOver) {
      if (sentAt >= empty.at) this.#isDisproved = true
    } else {
      this.#empty = { at: now, until: now + resetAfter }
      this.#probeAt = now + firstProbe
    }
  }
}
