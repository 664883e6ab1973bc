import type { QuotaMemory, RememberedSend } from '../policies/admission/gates/rate-gate.ts'
import type { QuotaSend, RunStore } from '../stores/run-store.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** Maximum number of sends that wait to be stored while no run is active; the oldest are dropped. */
const maxUnkept = 10_000

/**
 * Memory of quotas in a store. Pass it to the client, and to the runs that use the client: quotas of an hour or a day
 * then hold across restarts. A kill loses the sends of the last few milliseconds.
 */
export class StoredQuotas implements QuotaMemory {
  readonly #known: ReadonlyMap<string, readonly QuotaSend[]>
  #unkept: QuotaSend[] = []
  #keep: ((send: QuotaSend) => void) | undefined

  private constructor(known: ReadonlyMap<string, readonly QuotaSend[]>) {
    this.#known = known
  }

  /** Reads the sends that still count. @throws StoreError if the store cannot be read. */
  static async load(store: RunStore, clock: Clock = systemClock): Promise<StoredQuotas> {
    const sends = await store.quotaSends(clock.wallTime())
    return new StoredQuotas(Map.groupBy(sends, ({ quota }) => quota))
  }

  recall(quota: string): readonly RememberedSend[] {
    return this.#known.get(quota) ?? []
  }

  record(quota: string, { at, weight }: RememberedSend, window: number): void {
    const send = { quota, at, weight, until: at + window }
    if (this.#keep !== undefined) this.#keep(send)
    else {
      this.#unkept.push(send)
      if (this.#unkept.length > maxUnkept) this.#unkept = this.#unkept.slice(maxUnkept / 2)
    }
  }

  /** Passes on each send, including those not stored yet. Returns a function that stops this. */
  keepWith(keep: (send: QuotaSend) => void): () => void {
    this.#keep = keep
    for (const send of this.#unkept.splice(0)) keep(send)
    return () => {
      this.#keep = undefined
    }
  }
}
