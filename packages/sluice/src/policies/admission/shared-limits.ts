import type { Rate } from '../../algorithms/rate/rate.ts'

/**
 * Limits that several processes keep to together. What is asked here goes over a network and may take a while or fail; a
 * gate never waits for it, and lets nothing go meanwhile.
 */
export interface SharedLimits {
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

/** Permits that are ours: the first may be used after `wait` milliseconds from when it was asked for, each further one `gap` later. */
export interface Grant {
  readonly units: number
  readonly wait: number
  readonly gap: number
}

/** Where places in flight come from. */
export interface PlaceSource {
  /** Says how many are in flight and how many more are wanted. Answers how many there may be in all, and for how many milliseconds. */
  hold(inFlight: number, wanted: number): Promise<{ readonly places: number; readonly validFor: number }>
}

/** What one process has learned of a partition, for the others. Moments are in milliseconds from now. */
export type Lesson = { readonly partition: string } & (
  | { readonly kind: 'pause'; readonly for: number }
  | { readonly kind: 'quota'; readonly headers: Readonly<Record<string, string>>; readonly age: number }
  | { readonly kind: 'breaker'; readonly isOpen: boolean; readonly for: number }
)
