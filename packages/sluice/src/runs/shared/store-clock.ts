import type { CommitGroup } from '../../stores/run-store.ts'

/** Difference in milliseconds that may come from the way to the store and from a busy process, and is not corrected. */
const tolerance = 1_000

/**
 * Difference between the clock of the store and that of this process. Dates that other workers go by are those of the store:
 * a worker whose clock is an hour ahead would have its items wait an hour longer.
 */
export class StoreClock {
  #offset = 0

  /** Milliseconds by which the store is ahead, if that is more than can come from the way there. */
  get offset(): number {
    return this.#offset
  }

  /** Takes the store's date, from an answer that took `took` milliseconds, asked for at `askedAt` by this clock. */
  read(date: number, askedAt: number, took: number): void {
    const offset = Math.round(date - askedAt - took / 2)
    this.#offset = Math.abs(offset) > tolerance + took / 2 ? offset : 0
  }
}

/** The group with its dates by the clock of the store. */
export function inStoreTime(group: CommitGroup, offset: number): CommitGroup {
  if (offset === 0) return group
  return {
    ...group,
    at: group.at + offset,
    slices: group.slices?.map((slice) => ({ ...slice, at: slice.at + offset })),
    parked: group.parked?.map((item) => ({ ...item, until: item.until + offset })),
    results: group.results?.map(({ error, ...result }) => ({
      ...result,
      settledAt: result.settledAt + offset,
      ...(error === undefined ? undefined : { error: { ...error, ...shifted(error.retryAt, offset) } }),
    })),
  }
}

function shifted(retryAt: number | undefined, offset: number): { readonly retryAt: number } | undefined {
  return retryAt === undefined ? undefined : { retryAt: retryAt + offset }
}
