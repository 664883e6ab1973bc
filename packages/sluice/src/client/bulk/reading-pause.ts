import type { Clock, Timer } from '../../time/clock.ts'

/** Number of items buffered in a row before reading pauses: about half a millisecond of work. */
const longestRow = 100
/** Length of a pause in ms. Short: while the items of one slow host are read, those behind them wait. */
const restTime = 1

/** Pauses reading after many items that were only buffered, because reading would delay the handling of responses. */
export class ReadingPause {
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

  /** Called for each item that was buffered. */
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
