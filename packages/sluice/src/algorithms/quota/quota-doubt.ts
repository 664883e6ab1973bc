/** What one answer tells of a quota, and whether the request was let in. */
export interface DoubtReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  /** Milliseconds until more is available. */
  readonly resetAfter?: number | undefined
  readonly sentAt: number
  /** Unknown if another process was told. */
  readonly wasAccepted?: boolean | undefined
}

/** A quota that has never told of anything but nothing is tried after so long, in milliseconds. */
const firstProbe = 1_000
/** A probe without an answer is followed by another after so long. */
const nextProbe = 60_000

/**
 * Whether a quota that says "nothing left" can be meant. Some servers send 0 for no limit, or by mistake.
 *
 * It is believed once it has told of something left, or has refused. Until then one request probes: if that is accepted,
 * before there was to be more, and 0 is told again, the quota is disproved, and heeded no more until it refuses.
 */
export class QuotaDoubt {
  #isProven = false
  #isDisproved = false
  /** When nothing was left, and until when. */
  #empty: { readonly at: number; readonly until: number } | undefined
  #probeAt = Number.POSITIVE_INFINITY

  /** Takes in what an answer says. */
  report(now: number, { limit, remaining, resetAfter, sentAt, wasAccepted }: DoubtReport): void {
    if (remaining === undefined) return
    // A limit of 1 tells of nothing else.
    if (remaining > 0 || limit === 1) this.#isProven = true
    if (remaining > 0 || wasAccepted === undefined) return
    if (!wasAccepted) {
      this.#isProven = true
      this.#isDisproved = false
    } else if (!this.#isProven) this.#noteEmpty(now, sentAt, resetAfter)
  }

  /** When the next request may leave, of which the quota says `until`. */
  earliest(now: number, until: number): number {
    if (this.#isDisproved) return now
    return this.#isProven ? until : Math.max(now, Math.min(until, this.#probeAt))
  }

  /** A request leaves. */
  take(now: number): void {
    if (now >= this.#probeAt) this.#probeAt = now + nextProbe
  }

  #noteEmpty(now: number, sentAt: number, resetAfter = Number.POSITIVE_INFINITY): void {
    const empty = this.#empty
    // A time that is over when it is told can mean nothing either.
    const isOver = empty !== undefined && sentAt >= empty.until && empty.until > empty.at
    if (empty !== undefined && !isOver) {
      if (sentAt >= empty.at) this.#isDisproved = true
    } else {
      this.#empty = { at: now, until: now + resetAfter }
      this.#probeAt = now + firstProbe
    }
  }
}
