import { StoreError } from '../database/store-error.ts'
import { Cancellation } from '../time/cancellation.ts'
import type { Clock, Timer } from '../time/clock.ts'
import { formatDuration } from '../time/duration.ts'
import { type StoreEvent, StoreState } from './store-state.ts'
import { unlessCancelled } from './unless-cancelled.ts'
import { noAnswer, untilStored } from './until-stored.ts'

export interface StoreOutagesSettings {
  /** Name of the store. */
  readonly name: string
  readonly clock: Clock
  /** Maximum duration of an outage in milliseconds. */
  readonly timeout: number
  /** Number of results that are not in the store yet. */
  readonly unstored: () => number
  /** Called when the store is lost, and when it is back after `lostFor` milliseconds. */
  readonly onEvent: (event: StoreEvent, lostFor: number) => void
}

/** Outages of the store of a run: its operations are repeated until they succeed, or until the timeout is over. */
export class StoreOutages {
  readonly #settings: StoreOutagesSettings
  readonly #givingUp = new Cancellation()
  readonly #state = new StoreState((event) => this.#changed(event))
  #lostAt = 0
  #giveUpAt = Number.POSITIVE_INFINITY
  #timer: Timer | undefined
  #gaveUp: StoreError | undefined

  constructor(settings: StoreOutagesSettings) {
    this.#settings = settings
  }

  /** True during an outage. */
  get isLost(): boolean {
    return !this.#state.isConnected
  }

  /** Repeats an operation until it succeeds. @throws permanent errors of the store; its last error after the timeout */
  async during<T>(operation: () => Promise<T>): Promise<T> {
    const { name, clock } = this.#settings
    let last: unknown
    const onFailure = (error: unknown): void => {
      last = error
      this.#state.failed(operation, error)
    }
    const work = async (): Promise<{ readonly value: T }> => ({ value: await operation() })
    try {
      const stored = untilStored(work, { name, clock, givingUp: this.#givingUp, onFailure })
      const done = await unlessCancelled(stored, this.#givingUp)
      if (done === undefined) {
        last ??= noAnswer(name)
        throw last
      }
      this.#state.works(operation)
      return done.value
    } catch (error) {
      throw this.#givingUp.cancelled && error === last ? this.#givenUp(last as StoreError) : error
    }
  }

  /** Ends an outage, now or later, `milliseconds` from now at the latest. */
  giveUpWithin(milliseconds: number): void {
    this.#giveUpAt = Math.min(this.#giveUpAt, this.#settings.clock.now() + milliseconds)
    if (this.isLost) this.#arm()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #changed(event: StoreEvent): void {
    const { clock, onEvent } = this.#settings
    if (event.type === 'store.lost') {
      this.#lostAt = clock.now()
      this.#arm()
    } else this.#timer?.cancel()
    onEvent(event, clock.now() - this.#lostAt)
  }

  #arm(): void {
    const { clock, timeout } = this.#settings
    this.#timer?.cancel()
    const delay = Math.min(this.#lostAt + timeout, this.#giveUpAt) - clock.now()
    this.#timer = clock.timer(delay, () => this.#givingUp.cancel('given up'))
  }

  /** Last error of an outage, with what was not stored. The same for all operations, which may contain each other. */
  #givenUp(last: StoreError): StoreError {
    this.#gaveUp ??= this.#explained(last)
    return this.#gaveUp
  }

  #explained({ code, message, cause }: StoreError): StoreError {
    const { clock, timeout, unstored } = this.#settings
    const waited = clock.now() - this.#lostAt
    const limit = waited < timeout ? '' : ' (storeTimeout)'
    const count = unstored()
    const lost = count === 0 ? '' : `; ${count} results are not stored: a resume sends their requests again`
    return new StoreError(code, `${message}; gave up after ${formatDuration(waited)}${limit}${lost}`, cause, true)
  }
}
