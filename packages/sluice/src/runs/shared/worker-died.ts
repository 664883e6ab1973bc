import type { SourceItem } from '../../client/bulk/source.ts'
import type { CallError } from '../../client/errors.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import { idOf } from '../../http/create-request.ts'

/**
 * Deaths of workers with a chunk of a single item before the item is done with nothing else in flight. Two have parted the
 * chunk that it was of; the third had others in its hands too.
 */
export const deathsUntilAlone = 3

/** Deaths of workers after which a single item is given up: three of them with it alone in its chunk. */
export const mostDeaths = 5

/** The processes that did an item have died again and again, as of too little memory for its answer. */
class WorkerDiedError extends SluiceError {
  declare readonly code: 'SLUICE_WORKER_DIED'
  override readonly name = 'WorkerDiedError'

  constructor() {
    super('SLUICE_WORKER_DIED', `${mostDeaths - deathsUntilAlone + 1} workers died while this item was in flight`)
  }
}

/** The item as one that fails without being sent. */
export function givenUp(item: SourceItem, index: number): SourceItem & { readonly error: Error } {
  const id = 'request' in item ? idOf(item.request) : item.id
  // Of workers alone: no call of the library ends so.
  return { id, index, error: new WorkerDiedError() as SluiceError as CallError }
}
