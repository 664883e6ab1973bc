import type { SharedPace } from './shared-pace.ts'

/** Permits as they are given out, on the clock of whoever gives them. */
export interface GivenPermits {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  readonly lasts: number
}

/** Clocks are known only so well: of a quota, what was given is not used up to the very end of its time. */
const usableShare = 0.9

/** Permits of a quota are used as they are wanted, but not later than within one of its parts. */
export function paceOfQuota(part: number): { readonly gap: number; readonly lasts: number } {
  return { gap: 0, lasts: part * usableShare }
}

/** Gives out the permits of one rate to whoever asks, so that all together keep to it. */
export class PermitLedger {
  readonly #pace: SharedPace
  #next = Number.NEGATIVE_INFINITY
  #parts = new Map<number, number>()

  constructor(pace: SharedPace) {
    this.#pace = pace
  }

  reserve(now: number, units: number): GivenPermits {
    return this.#pace.kind === 'paced' ? this.#pacedFrom(now, units) : this.#ofQuota(now, units)
  }

  #pacedFrom(now: number, units: number): GivenPermits {
    const { gap, tolerance, lasts } = this.#pace as Extract<SharedPace, { kind: 'paced' }>
    const startsAt = Math.max(this.#next, now - tolerance)
    this.#next = startsAt + units * gap
    return { units, startsAt, gap, lasts }
  }

  #ofQuota(now: number, units: number): GivenPermits {
    const { count, part, counted } = this.#pace as Extract<SharedPace, { kind: 'quota' }>
    const current = Math.floor(now / part)
    let given = 0
    let oldest = current
    for (const [index, sum] of this.#parts) {
      if (index + counted <= current) this.#parts.delete(index)
      else {
        given += sum
        oldest = Math.min(oldest, index)
      }
    }
    const granted = Math.max(0, Math.min(units, count - given))
    if (granted === 0) return { units: 0, startsAt: (oldest + counted) * part, ...paceOfQuota(part) }
    this.#parts.set(current, (this.#parts.get(current) ?? 0) + granted)
    return { units: granted, startsAt: now, ...paceOfQuota(part) }
  }
}
