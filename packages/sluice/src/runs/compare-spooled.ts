import type { RunStore } from '../stores/run-store.ts'
import { SourceChangedError } from './errors.ts'
import type { SourceReading } from './run-source.ts'
import { writeSpooled } from './spooled-request.ts'

/** Items that are compared at once. */
const pageSize = 500

/** What the store has of a source already. */
export interface SpooledPart {
  readonly store: RunStore
  readonly runId: number
  /** How many items the store has. */
  readonly known: number
  /** The source, as a person names it. */
  readonly name: string
}

/**
 * Reads past the items of a source that the store has already.
 *
 * @throws SourceChangedError if they are not the ones that were read when the run began.
 */
export async function compareSpooled(
  reading: SourceReading,
  { store, runId, known, name }: SpooledPart,
): Promise<void> {
  for (let first = 0; first < known; first += pageSize) {
    for (const { index, request } of await store.spooled(runId, { after: first - 1, limit: pageSize })) {
      const item = await reading.next()
      if (item.done === true) throw new SourceChangedError(name, `it has ${index} items now, and ${known} were read`)
      if (writeSpooled(item.value) === request) continue
      throw new SourceChangedError(name, `item ${index + 1} is not the one it was when the run began`)
    }
  }
}
