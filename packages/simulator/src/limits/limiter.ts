/**
 * The state of one limit for one partition. Instants are milliseconds since the simulator's start and never go back.
 *
 * Asking costs nothing: a refused request leaves the state as it was.
 */
export interface Limiter {
  /** 0 if one more is allowed at `now`; otherwise how many milliseconds until it would be, as things stand. */
  wait(now: number): number
  /** Counts one that was allowed at `now`. */
  take(now: number): void
  /** Counts one as gone. */
  release(): void
  /** What is left at `now`. */
  level(now: number): Level
}

/** What a limit says of itself in headers. */
export interface Level {
  readonly quota: number
  /** Milliseconds in which the quota is given anew; none for requests at once. */
  readonly window: number | undefined
  /** How many more are allowed right now. */
  readonly remaining: number
  /** Milliseconds until there is more; 0 when nothing is used, but for a fixed window: it always tells its end. */
  readonly moreIn: number
  /** Milliseconds until everything is there again; otherwise the same. */
  readonly fullIn: number
}

export function nothingToRelease(): void {}
