import { burstOf, type Rate } from '../../../algorithms/rate/rate.ts'
import type { Clock } from '../../../time/clock.ts'
import type { Grant, PermitWish, SharedLimits } from './shared-limits.ts'

export interface PermitGroupSettings {
  readonly limits: Pick<SharedLimits, 'reserve'>
  readonly subject: string
  readonly burst: number
  readonly clock: Clock
  /** Called when the gates may open. */
  readonly onChange: () => void
}

/** Gate of the group: states its needs and receives its grants. */
interface Member {
  isAsking(): void
  grant(sentAt: number, grant: Grant): void
  fail(): void
}

interface Wish {
  readonly member: Member
  readonly rate: Rate
  readonly units: number
  readonly wanted: number
  readonly after: number
}

/**
 * Rates that calls need together. Their permits are reserved in one request and for the same instants: a permit lives
 * for milliseconds, and permits reserved one by one would hardly ever coincide.
 */
export class PermitGroup {
  readonly #settings: PermitGroupSettings
  #wishes: Wish[] = []
  #isBlocked = false
  #isScheduled = false

  constructor(settings: PermitGroupSettings) {
    this.#settings = settings
  }

  /**
   * Records that a call takes `units` of a gate, which wants `wanted` units in total, or 0 if it needs no more by
   * itself. Permits within the next `after` ms are of no use to it.
   */
  add(member: Member, rate: Rate, units: number, wanted: number, after: number): void {
    this.#wishes.push({ member, rate, units: units > 0 ? units : 1, wanted, after })
    this.#schedule()
  }

  /** Prevents useless reservations of the other gates while this one has to wait. */
  block(): void {
    this.#isBlocked = true
    this.#schedule()
  }

  /** Waits for a microtask, since all gates of a call are asked within one turn of the event loop. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      const [wishes, isBlocked] = [this.#wishes, this.#isBlocked]
      this.#wishes = []
      this.#isBlocked = false
      this.#isScheduled = false
      if (!isBlocked) this.#ask([...new Map(wishes.map((wish) => [wish.member, wish])).values()])
    })
  }

  #ask(wishes: readonly Wish[]): void {
    const wanted = wishes.filter((wish) => wish.wanted > 0).map((wish) => Math.floor(wish.wanted / wish.units))
    if (wanted.length === 0) return
    const { limits, subject, burst, clock, onChange } = this.#settings
    const sentAt = clock.now()
    for (const { member } of wishes) member.isAsking()
    const after = Math.max(...wishes.map((wish) => wish.after))
    const needs = wishes.map(({ rate, units }) => ({ ...permitWish(subject, rate, burst, units), after }))
    limits
      .reserve(needs, Math.max(1, Math.min(...wanted)))
      .then(
        (grants) => {
          for (const [index, { member }] of wishes.entries()) member.grant(sentAt, grants[index]!)
        },
        () => {
          for (const { member } of wishes) member.fail()
        },
      )
      .then(onChange)
  }
}

/** Units of one rate that a call takes. */
export function permitWish(subject: string, rate: Rate, burst: number, units: number): PermitWish {
  return { subject, rate, burst: burstOf(rate, burst), units }
}
