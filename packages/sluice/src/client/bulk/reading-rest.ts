import type { Clock, Timer } from '../../time/clock.ts'

/** Items kept in a row before reading rests: half a millisecond of work. */
const longestRow = 100
/** Length of a rest in ms: the items of one slow host hold up those behind them for as long as they are read. */
const restTime = 1

/** Rests from reading after many items that were only kept: it would delay answers that come in. */
export class ReadingRest {
  readonly #clock: Clock
  readonly #onEnd: () => void
  #inARow = 0
  #timer: Timer | undefined

  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock
    this.#onEnd = onEnd
  }

  get isResting(): boolean {
    return this.#timer !== undefined
  }

  /** Called for each item that was kept. */
  onKept(): void {
    if (++this.#inARow < longestRow || this.isResting) return
    this.#timer = this.#clock.timer(restTime, () => {
      this.#timer = undefined
      this.#inARow = 0
      this.#onEnd()
    })
  }

  cancel(): void {
    this.#timer?.cancel()
  }
}
