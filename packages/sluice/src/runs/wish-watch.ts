import type { RunStore } from '../stores/run-store.ts'
import { noWish, type RunWish } from '../stores/run-wish.ts'
import type { Clock, Timer } from '../time/clock.ts'

/** Interval in milliseconds of polling the wishes for a run. */
const lookInterval = 500

export interface WishWatchSettings {
  readonly store: Pick<RunStore, 'wish'>
  readonly runId: number
  readonly clock: Clock
  /** Called with each wish that differs from the previous one, starting with that of the run at its start. */
  readonly obey: (wish: RunWish, before: RunWish) => void
}

/** Polls the wishes for a run while it is in progress. Errors of the store are ignored. */
export class WishWatch {
  readonly #settings: WishWatchSettings
  #wish = noWish
  #timer: Timer | undefined
  #isEnded = false

  constructor(settings: WishWatchSettings) {
    this.#settings = settings
  }

  /** Applies the first wish immediately, and polls for others until `end`. */
  begin(wish: RunWish): void {
    this.#take(wish)
    this.#later()
  }

  /** Polls now. Resolves when the wish is applied. @throws StoreError */
  async look(): Promise<void> {
    this.#take(await this.#settings.store.wish(this.#settings.runId))
  }

  end(): void {
    this.#isEnded = true
    this.#timer?.cancel()
  }

  #later(): void {
    if (this.#isEnded) return
    this.#timer = this.#settings.clock.timer(lookInterval, () => {
      const again = (): void => this.#later()
      this.look().then(again, again)
    })
  }

  #take(wish: RunWish): void {
    if (this.#isEnded || JSON.stringify(wish) === JSON.stringify(this.#wish)) return
    const before = this.#wish
    this.#wish = wish
    this.#settings.obey(wish, before)
  }
}

/** True if this field of the wishes has changed. */
export function isChanged(wish: RunWish, before: RunWish, name: 'rate' | 'concurrency' | 'budget'): boolean {
  return JSON.stringify(wish[name]) !== JSON.stringify(before[name])
}
