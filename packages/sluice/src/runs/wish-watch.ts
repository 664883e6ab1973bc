import type { RunStore } from '../stores/run-store.ts'
import { noWish, type RunWish } from '../stores/run-wish.ts'
import type { Clock, Timer } from '../time/clock.ts'

/** Milliseconds between two looks at the wishes for a run. */
const lookInterval = 500

export interface WishWatchSettings {
  readonly store: Pick<RunStore, 'wish'>
  readonly runId: number
  readonly clock: Clock
  /** Called with each wish that differs from the one before; the first is that the run has when it begins. */
  readonly obey: (wish: RunWish, before: RunWish) => void
}

/** Looks at the wishes for a run while it is done. A store that does not answer changes nothing. */
export class WishWatch {
  readonly #settings: WishWatchSettings
  #wish = noWish
  #timer: Timer | undefined
  #isEnded = false

  constructor(settings: WishWatchSettings) {
    this.#settings = settings
  }

  /** Obeys the first wish at once, and looks for others until `end`. */
  begin(wish: RunWish): void {
    this.#take(wish)
    this.#later()
  }

  /** Looks now. Resolves when what is found is obeyed. @throws StoreError */
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

/** True if a wish of this name differs from before. */
export function isChanged(wish: RunWish, before: RunWish, name: 'rate' | 'concurrency' | 'budget'): boolean {
  return JSON.stringify(wish[name]) !== JSON.stringify(before[name])
}
