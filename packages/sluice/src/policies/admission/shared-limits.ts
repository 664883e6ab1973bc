import type { Rate } from '../../algorithms/rate/rate.ts'

/**
 * Limits that several processes keep to together. What is asked here goes over a network and may take a while or fail; a
 * gate never waits for it, and lets nothing go meanwhile.
 */
export interface SharedLimits {
  /** How many processes have something to send at the moment, this one counted: 1 or more. */
  readonly active: number
  /** The permits of a rate, which everybody who names the same key shares. */
  permits(key: string, rate: Rate, burst: number): PermitSource
  /** Places in flight, `limit` of them in all. */
  places(key: string, limit: number): PlaceSource
  /** Tells the others what was learned. Never throws: what cannot be told is dropped. */
  tell(lesson: Lesson): void
  /** Calls `listener` with what others have learned, within a second. Returns how to stop. */
  onLesson(listener: (lesson: Lesson) => void): () => void
  /** Gives back every place, timer and listener. */
  close(): Promise<void>
}

/** Where permits come from, in slices. */
export interface PermitSource {
  /** Asks for up to so many units. @throws StoreError if nobody answers. */
  reserve(units: number): Promise<Grant>
}

/**
 * Permits that are ours. Instants are milliseconds on a clock of the source, which need not agree with ours: how the two
 * stand to each other is found from when it was asked and when the answer came.
 */
export interface Grant {
  /** 0 if there are none: then it is worth asking again at `startsAt`. */
  readonly units: number
  /** When this was granted. */
  readonly at: number
  /** When the first may be used, though never before `at`; each further one `gap` later. */
  readonly startsAt: number
  readonly gap: number
  /** For how long after its instant a permit may be used; then it is forfeited. */
  readonly lasts: number
}

/** Where places in flight come from. */
export interface PlaceSource {
  /** Asks for places, or for the same ones again. @throws StoreError if nobody answers. */
  hold(wish: PlaceWish): Promise<HeldPlaces>
}

/** How somebody stands who asks for places. Whoever wants none and has none is forgotten. */
export interface PlaceWish {
  readonly inFlight: number
  /** How many it may fill until it has the answer: what it was last given, as long as that is valid. */
  readonly holding: number
  /** How many it would like to have in all. */
  readonly wanted: number
}

/** How many may be in flight in all, for `validFor` milliseconds from when it was asked. */
export interface HeldPlaces {
  readonly places: number
  readonly validFor: number
}

/** What one process has learned of a partition, for the others. Moments are in milliseconds from now. */
export type Lesson = { readonly partition: string } & (
  | { readonly kind: 'pause'; readonly for: number }
  /** Only headers that tell a quota, and the date; `age` is how long ago that request was sent. */
  | { readonly kind: 'quota'; readonly headers: Readonly<Record<string, string>>; readonly age: number }
  | { readonly kind: 'breaker'; readonly isOpen: boolean; readonly for: number }
)
