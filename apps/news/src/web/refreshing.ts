import type { Clock } from 'sluice'

/** Milliseconds for which a page waits for a refresh before it says that it goes on. */
const aMoment = 500

/** A refresh at a time, whoever asks for it. */
export class Refreshing {
  readonly #refresh: () => Promise<unknown>
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  #underWay: Promise<void> | undefined
  #hasFailed = false

  constructor(refresh: () => Promise<unknown>, clock: Clock, onError: (error: unknown) => void) {
    this.#refresh = refresh
    this.#clock = clock
    this.#onError = onError
  }

  get state(): 'idle' | 'under way' | 'failed' {
    return this.#underWay !== undefined ? 'under way' : this.#hasFailed ? 'failed' : 'idle'
  }

  /** Starts a refresh unless one is under way, and waits a moment for its end; it goes on by itself after that. */
  async start(): Promise<void> {
    this.#underWay ??= this.#run()
    const end = this.#underWay
    await new Promise<void>((resolve) => {
      const timer = this.#clock.timer(aMoment, resolve)
      void end.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  async #run(): Promise<void> {
    this.#hasFailed = false
    try {
      // Begins in a later turn, so that a refresh that throws at once is one like others.
      await Promise.resolve().then(this.#refresh)
    } catch (error) {
      this.#hasFailed = true
      this.#onError(error)
    } finally {
      this.#underWay = undefined
    }
  }
}
