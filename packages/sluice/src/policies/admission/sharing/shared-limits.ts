import type { HeldPlaces, PlaceWish } from '../../../algorithms/concurrency/concurrency-leases.ts'
import type { Rate } from '../../../algorithms/rate/rate.ts'
import type { LateSend, UnusedPermits } from '../../../algorithms/rate/shared-pace.ts'

/**
 * Limits shared by several processes. Requests cross a network and may be slow or fail; meanwhile gates admit only
 * calls that they hold permits for.
 */
export interface SharedLimits {
  /** Number of processes that currently have something to send, including this one: 1 or more. */
  readonly active: number
  /** Permits of a rate, shared by all processes that use the same key. */
  permits(key: string, rate: Rate, burst: number): PermitSource
  /**
   * Reserves permits of several rates for up to `calls` calls; the permits of one call have the same instant. With 0
   * calls, a single paced rate is only postponed for its `late` send.
   */
  reserve(wishes: readonly PermitWish[], calls: number): Promise<readonly Grant[]>
  /** Ends the use of a rate, which then no longer applies to others that reserve from its subject. Never throws. */
  release(subject: string, rate: Rate): void
  /** Places in flight, `limit` in total over all processes. */
  places(key: string, limit: number): PlaceSource
  /** Replaces the limit of the places of all calls together. Every process has to. */
  setPlaces(limit: number): void
  /** Publishes a signal to the other processes. Never throws: a signal that cannot be sent is dropped. */
  publish(signal: SharedSignal): void
  /** Calls `listener` with the signals of other processes, within a second. Returns a function that removes it. */
  onSignal(listener: (signal: SharedSignal) => void): () => void
  /** Releases every place, timer and listener. */
  close(): Promise<void>
}

/** Units of one rate that each call takes. */
export interface PermitWish {
  /** Partition of the rate. The same for all rates reserved together. */
  readonly subject: string
  readonly rate: Rate
  readonly burst: number
  readonly units: number
  /** Unused permits of this rate. Taken back if no process has reserved any since. @default none */
  readonly unused?: UnusedPermits | undefined
  /** Time in ms from now within which permits are of no use. @default 0 */
  readonly after?: number | undefined
  /** Late send of this rate: the permits after it are postponed. @default none */
  readonly late?: LateSend | undefined
}

/** Source of permits, in slices. */
export interface PermitSource {
  /** Reserves up to `units` units. @throws StoreError if there is no response. */
  reserve(units: number): Promise<Grant>
}

/**
 * Permits granted to this process. Instants are in ms on the source's clock, which may differ from the local one. The
 * offset is computed from the times at which the request was sent and the response arrived.
 */
export interface Grant {
  /** Units granted. If 0, ask again at `startsAt`. */
  readonly units: number
  /** Moment of the grant. */
  readonly at: number
  /** Instant of the first permit, usable no earlier than `at`. Each further permit follows `gap` ms later. */
  readonly startsAt: number
  readonly gap: number
  /** Time in ms after its instant during which a permit can be used; then it is forfeited. */
  readonly lasts: number
}

/** Key of the places of all calls together. */
export const placesOfAll = 'concurrency'

/** Source of places in flight. */
export interface PlaceSource {
  /** Places in total over all processes. */
  readonly limit: number
  /** Requests places, or renews those held. @throws StoreError if there is no response. */
  hold(wish: PlaceWish): Promise<HeldPlaces>
  /**
   * Calls `receive` with the places that others released and that were granted to this process since its last request,
   * and with the time at which that was asked, soon after. Returns a function that ends it. @default never called
   */
  watch?(receive: (handed: HeldPlaces, askedAt: number) => void): () => void
}

/** Signal of one process about a partition, for other processes. Times are in ms from now. */
export type SharedSignal = { readonly partition: string } & (
  | { readonly kind: 'pause'; readonly for: number }
  /** Headers that state a quota, and the date. `age` is the time since the request was sent. */
  | { readonly kind: 'quota'; readonly headers: Readonly<Record<string, string>>; readonly age: number }
  | { readonly kind: 'breaker'; readonly isOpen: boolean; readonly for: number }
)
