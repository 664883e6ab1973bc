import type { BulkParts } from './bulk-parts.ts'
import type { HeldCalls } from './held-calls.ts'
import type { ReadAhead, ReadItem } from './read-ahead.ts'
import { mostBytes, type ResultsBuffer } from './results-buffer.ts'

/** The item of a run in order whose result all others wait for while they fill the memory: it alone goes on. */
export class AwaitedItem {
  readonly #buffer: ResultsBuffer
  readonly #held: HeldCalls
  readonly #readAhead: ReadAhead
  readonly #parts: Pick<BulkParts, 'clock' | 'events'>
  #latest: number | undefined

  constructor(
    buffer: ResultsBuffer,
    held: HeldCalls,
    readAhead: ReadAhead,
    parts: Pick<BulkParts, 'clock' | 'events'>,
  ) {
    this.#buffer = buffer
    this.#held = held
    this.#readAhead = readAhead
    this.#parts = parts
  }

  /** Begins the item, if it is buffered. Says the first time that the others wait. */
  next(begin: (item: ReadItem) => void): void {
    const { awaited } = this.#buffer
    if (awaited === undefined || awaited === this.#latest || this.#held.isPaused) return
    const { events, clock } = this.#parts
    const size = `${mostBytes / 1024 / 1024} MiB`
    const message = `${size} of results wait for item ${awaited + 1} because of the order (ordered): no other item starts until it ends`
    if (this.#latest === undefined) events.emit({ type: 'local.limited', at: clock.now(), message })
    this.#latest = awaited
    const item = this.#readAhead.takeAt(awaited)
    if (item !== undefined) begin(item)
  }
}
