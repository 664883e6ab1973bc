import type { Clock } from 'sluice'
import { type Timer, unexpected } from 'sluice/internal'
import { NarrowLine, type Slice } from './narrow-line.ts'

const expected = "a form such as '1MB/s', in B, kB, MB, KiB or MiB per second"

const units: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1_000],
  ['MB', 1_000_000],
  ['KiB', 1_024],
  ['MiB', 1_048_576],
])

/**
 * Bytes per second of `'1MB/s'`, `'500kB/s'` or `'64KiB/s'`.
 *
 * @throws SettingsError if the value has none of these forms, or is less than one byte.
 */
export function parseLineSpeed(name: string, value: unknown): number {
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\/s\s*$/i.exec(value) : null
  const unit = units.get(match?.[2] ?? '')
  if (match === null || unit === undefined) throw unexpected(name, expected, value)
  const speed = Number(match[1]) * unit
  if (speed >= 1 && Number.isFinite(speed)) return speed
  throw unexpected(name, 'at least 1B/s', value)
}

/** Bandwidth limit shared by the bodies of all responses. */
export interface Line {
  /**
   * Calls `passed` once, when `bytes` more have passed, never synchronously. Returns a function that gives the place
   * up.
   *
   * To send more, call again from within `passed`: no time is lost, and the shares stay even.
   */
  pass(bytes: number, passed: () => void): () => void
}

interface WaitingSlice extends Slice {
  readonly passed: () => void
}

/** A narrow line on a clock, with one timer for all waiting slices. */
export class TimedLine implements Line {
  readonly #clock: Clock
  readonly #line: NarrowLine<WaitingSlice>
  #timer: Timer | undefined
  #timerAt: number | undefined
  #isTelling = false

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#line = new NarrowLine(bytesPerSecond)
  }

  pass(bytes: number, passed: () => void): () => void {
    const askedAt = this.#isTelling ? this.#line.freeAt : this.#clock.now()
    const slice = { bytes, askedAt, passed }
    this.#line.ask(slice)
    this.#arm()
    return () => {
      this.#line.giveUp(slice, this.#clock.now())
      this.#arm()
    }
  }

  /** Drops all waiting slices; their callbacks are not called. */
  clear(): void {
    this.#line.clear()
    this.#arm()
  }

  /** A timer may be late; then several slices have passed. */
  #tell(): void {
    this.#timerAt = undefined
    this.#isTelling = true
    const now = this.#clock.now()
    for (let slice = this.#line.takePassed(now); slice !== undefined; slice = this.#line.takePassed(now)) slice.passed()
    this.#isTelling = false
    this.#arm()
  }

  #arm(): void {
    const at = this.#line.passesAt
    if (this.#isTelling || at === this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = at === undefined ? undefined : this.#clock.timer(at - this.#clock.now(), () => this.#tell())
  }
}
