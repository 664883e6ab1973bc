import type { CommitGroup } from '../../stores/run-store.ts'

/** Difference in milliseconds that latency and a busy process may explain, and that is not corrected. */
const tolerance = 1_000

/**
 * Difference between the clock of the store and that of this process. Dates for other workers are by the clock of the
 * store: items of a worker whose clock is an hour ahead would otherwise wait an hour longer.
 */
export class StoreClock {
  #offset = 0

  /** Milliseconds by which the store is ahead; 0 if latency may explain the difference. */
  get offset(): number {
    return this.#offset
  }

  /** Records the store's date from an answer that was requested at `askedAt` by this clock and took `took` ms. */
  read(date: number, askedAt: number, took: number): void {
    const offset = Math.round(date - askedAt - took / 2)
    this.#offset = Math.abs(offset) > tolerance + took / 2 ? offset : 0
  }
}

/** Converts the dates of a group to the clock of the store. */
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
