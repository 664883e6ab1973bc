import type { SourceItem } from '../client/bulk/source.ts'
import { SluiceError } from '../errors/sluice-error.ts'

/** Source of a run: it gives the same items in the same order each time. */
export interface RunSource {
  /** Name in messages: `requests.jsonl`. */
  readonly name: string
  /** Identity, as far as it is known before reading: kind, format, size, templates. */
  readonly identity: string
  /** Number of items, if it is known without reading. */
  readonly total?: number | undefined
  /** True if it can be read again, from its beginning or from a mark. If not, its items are kept in the store. */
  readonly isRepeatable: boolean
  /**
   * Begins to read, at the beginning or after a mark.
   *
   * @throws SourceChangedError, also later, if what lies before the mark is not what was read when it was made.
   */
  read(mark?: string): SourceReading
}

/** A place in a source, and the mark with which `read` continues from there. */
export interface ReadingMark {
  /** Number of given items that lie before it. */
  readonly items: number
  readonly mark: string
}

/** A source that is being read. */
export interface SourceReading {
  next(): IteratorResult<SourceItem, undefined> | Promise<IteratorResult<SourceItem, undefined>>
  /**
   * The last place, at or before the last given item, from which reading can continue; undefined if there is none.
   * Called now and then, so it may cost a little.
   */
  lastMark(): ReadingMark | undefined
  /** Releases its resources. */
  close(): void
}

/** The source of a resumed run differs from that of its start: items and results would be mixed up. */
export class SourceChangedError extends SluiceError {
  declare readonly code: 'SLUICE_SOURCE_CHANGED'
  override readonly name = 'SourceChangedError'

  constructor(source: string, difference: string) {
    super(
      'SLUICE_SOURCE_CHANGED',
      `${source}: ${difference}; restore it, or begin a new run (what is done stays in the store)`,
    )
  }
}
