import { ConcurrencyGate } from './concurrency-gate.ts'
import { type Answer, go, waitForSettle } from './gate.ts'
import type { PlaceLease } from './place-lease.ts'

/** At most so many in flight over many processes, of which this one has its part; and no more than `limit` here. */
export class LeasedConcurrencyGate extends ConcurrencyGate {
  readonly reserves = 'places'
  readonly #lease: PlaceLease

  constructor(name: string, limit: number, lease: PlaceLease) {
    super(name, limit)
    this.#lease = lease
  }

  override ask(now: number): Answer {
    return this.inFlight < Math.min(this.limit, this.#lease.places(now)) ? go : waitForSettle
  }

  override take(): void {
    super.take()
    this.#lease.began()
  }

  override settle(): void {
    super.settle()
    this.#lease.ended()
  }

  override isFresh(): boolean {
    return super.isFresh() && this.#lease.isIdle
  }

  reserve(now: number, _weight: number, waiting: number): void {
    if (this.inFlight < this.limit) this.#lease.want(now, waiting)
  }
}
