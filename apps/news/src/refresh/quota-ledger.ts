import type { QuotaMemory } from 'sluice'
import { parseRate, type RateInput } from 'sluice/internal'
import type { NewsStore, QuotaUse } from '../store/news-store.ts'

/** Windows up to this are paced and not remembered. */
const longestPaced = 60_000

/** The windows in milliseconds that are quotas, the shortest first. */
export function quotaWindows(rates: readonly RateInput[]): number[] {
  return rates
    .map((rate) => parseRate('rates', rate).per)
    .filter((per) => per > longestPaced)
    .sort((a, b) => a - b)
}

/**
 * What was sent of quotas, in the store: so they hold over restarts. It is read before, and written while requests go out;
 * `flush` waits until all of it is kept. All quotas of an origin share one list of sends.
 */
export class QuotaLedger {
  readonly #store: NewsStore
  readonly #uses: ReadonlyMap<string, QuotaUse[]>
  /** Those that are not kept yet, or could not be. */
  readonly #writes = new Set<Promise<void>>()

  private constructor(store: NewsStore, uses: ReadonlyMap<string, QuotaUse[]>) {
    this.#store = store
    this.#uses = uses
  }

  /** Reads what still counts at an instant. @throws what the store throws. */
  static async load(store: NewsStore, origins: Iterable<string>, at: number): Promise<QuotaLedger> {
    const uses = new Map<string, QuotaUse[]>()
    for (const origin of origins) uses.set(origin, [...(await store.quotaUses(origin, at))])
    return new QuotaLedger(store, uses)
  }

  /** In order; with what was sent since it was read. */
  uses(origin: string): readonly QuotaUse[] {
    return this.#uses.get(origin) ?? []
  }

  /** When the window of a quota that is used turns: when its oldest send counts no more. */
  windowTurn(origin: string, window: number, now: number): number {
    const oldest = this.uses(origin).find(({ at }) => at > now - window)
    return (oldest?.at ?? now) + window
  }

  /** For a client with quotas of these windows, all its partitions together. A send is kept once, for the longest of them. */
  memory(origin: string, windows: readonly number[]): QuotaMemory {
    const longest = windows.at(-1)
    let counted: string | undefined
    return {
      recall: () => this.uses(origin),
      record: (quota, { at, weight }, window) => {
        if (window === longest) counted ??= quota
        if (quota === counted) this.#record(origin, { at, weight }, at + window)
      },
    }
  }

  /** Waits until every send is kept. @throws what the store throws. */
  async flush(): Promise<void> {
    const failed = (await Promise.allSettled(this.#writes)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  #record(origin: string, use: QuotaUse, until: number): void {
    this.#uses.get(origin)?.push(use)
    const write = this.#store.recordQuotaUse(origin, use, until)
    this.#writes.add(write)
    // One that fails stays, and is told by `flush`.
    write.then(
      () => this.#writes.delete(write),
      () => {},
    )
  }
}
