import type { SourceItem } from '../client/bulk/source.ts'
import { SluiceError } from '../errors/sluice-error.ts'

/** Source of a run. It returns the same items in the same order each time. */
export interface RunSource {
  /** Name in messages: `requests.jsonl`. */
  readonly name: string
  /** Identity as far as it is known before reading: kind, format, size, templates. */
  readonly identity: string
  /** Number of items, if it is known without reading. */
  readonly total?: number | undefined
  /** True if it can be read again, from its start or from a mark. Otherwise its items are stored. */
  readonly isRepeatable: boolean
  /**
   * Starts reading, at the start or after a mark.
   *
   * @throws SourceChangedError, also later, if the items before the mark differ from those when it was created.
   */
  read(mark?: string): SourceReading
}

/** Position in a source, and the mark with which `read` continues from there. */
export interface ReadingMark {
  /** Number of returned items before it. */
  readonly items: number
  readonly mark: string
}

/** Source that is being read. */
export interface SourceReading {
  next(): IteratorResult<SourceItem, undefined> | Promise<IteratorResult<SourceItem, undefined>>
  /**
   * Last position, at or before the last returned item, from which reading can continue; undefined if there is none.
   * Called rarely, so that it need not be fast.
   */
  lastMark(): ReadingMark | undefined
  /** Releases its resources. */
  close(): void
}

/** Thrown if the source of a resumed run differs from the one it started with: items and results would not match. */
export class SourceChangedError extends SluiceError {
  declare readonly code: 'SLUICE_SOURCE_CHANGED'
  override readonly name = 'SourceChangedError'

  constructor(source: string, difference: string) {
    super(
      'SLUICE_SOURCE_CHANGED',
      `${source}: ${difference}; restore it, or start a new run (results stay in the store)`,
    )
  }
}
