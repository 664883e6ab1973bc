import type { Rate } from '../../../algorithms/rate/rate.ts'
import type { LateSend, UnusedPermits } from '../../../algorithms/rate/shared-pace.ts'

/**
 * Limits that several processes keep together. Requests to it cross a network and may take long or fail; meanwhile gates
 * admit nothing that they hold no permit for.
 */
export interface SharedLimits {
  /** Processes that have something to send at the moment, this one included: 1 or more. */
  readonly active: number
  /** Permits of a rate, shared by all that use the same key. */
  permits(key: string, rate: Rate, burst: number): PermitSource
  /**
   * Reserves permits of several rates for up to so many calls: those of one call have the same instant. With no calls, a
   * single paced rate is only put off for its `late` send.
   */
  reserve(wishes: readonly PermitWish[], calls: number): Promise<readonly Grant[]>
  /** Places in flight, `limit` of them over all processes. */
  places(key: string, limit: number): PlaceSource
  /** Publishes a signal to the other processes. Never throws: a signal that cannot be sent is dropped. */
  publish(signal: SharedSignal): void
  /** Calls `listener` with the signals of other processes, within a second. Returns a function that removes it. */
  onSignal(listener: (signal: SharedSignal) => void): () => void
  /** Releases every place, timer and listener. */
  close(): Promise<void>
}

/** Units of one rate that each of some calls takes. */
export interface PermitWish {
  /** Partition that the rate is of; the same for all that are reserved together. */
  readonly subject: string
  readonly rate: Rate
  readonly burst: number
  readonly units: number
  /** Permits of this rate that were not used: they are taken back if nobody has reserved any since. @default none */
  readonly unused?: UnusedPermits | undefined
  /** Milliseconds from now within which no permit is of use. @default 0 */
  readonly after?: number | undefined
  /** A send of this rate that was late: the permits after it are put off. @default none */
  readonly late?: LateSend | undefined
}

/** Source of permits, in slices. */
export interface PermitSource {
  /** Reserves up to so many units. @throws StoreError if there is no answer. */
  reserve(units: number): Promise<Grant>
}

/**
 * Permits granted to this process. Instants are milliseconds on the source's clock, which need not agree with ours: the
 * offset is found from when the request was sent and when the answer came.
 */
export interface Grant {
  /** Units granted. With 0, ask again at `startsAt`. */
  readonly units: number
  /** When this was granted. */
  readonly at: number
  /** When the first permit may be used, though never before `at`; each further one `gap` later. */
  readonly startsAt: number
  readonly gap: number
  /** Milliseconds after its instant for which a permit may be used; then it is forfeited. */
  readonly lasts: number
}

/** Source of places in flight. */
export interface PlaceSource {
  /** Asks for places, or renews those that are held. @throws StoreError if there is no answer. */
  hold(wish: PlaceWish): Promise<HeldPlaces>
}

/** Request for places in flight. A process that holds none and wants none is forgotten. */
export interface PlaceWish {
  readonly inFlight: number
  /** Places it may fill until the answer comes: those it was last given, while they are valid. */
  readonly holding: number
  /** Places it would like to have in all. */
  readonly wanted: number
}

/** Places in flight in all, for `validFor` milliseconds from when they were requested. */
export interface HeldPlaces {
  readonly places: number
  readonly validFor: number
}

/** Signal of one process about a partition, for the others. Times are in milliseconds from now. */
export type SharedSignal = { readonly partition: string } & (
  | { readonly kind: 'pause'; readonly for: number }
  /** Headers that state a quota, and the date; `age` is the time since the request was sent. */
  | { readonly kind: 'quota'; readonly headers: Readonly<Record<string, string>>; readonly age: number }
  | { readonly kind: 'breaker'; readonly isOpen: boolean; readonly for: number }
)
