import type { SourceItem } from '../../client/bulk/source.ts'
import type { CallError } from '../../client/errors.ts'
import { SluiceError } from '../../errors/sluice-error.ts'
import { idOf } from '../../http/create-request.ts'

/**
 * Number of workers that die with a single item before it runs with nothing else in flight. The first two deaths split
 * the chunk that contained it; at the third, the worker also had other items in flight.
 */
export const deathsUntilAlone = 3

/** Number of deaths after which a single item is given up. In three of them it was alone in its chunk. */
export const maxDeaths = 5

/** Workers that ran an item died repeatedly, for example because of too little memory for its response. */
class WorkerDiedError extends SluiceError {
  declare readonly code: 'SLUICE_WORKER_DIED'
  override readonly name = 'WorkerDiedError'

  constructor() {
    super('SLUICE_WORKER_DIED', `${maxDeaths - deathsUntilAlone + 1} workers died while this item was in flight`)
  }
}

/** Converts an item to one that fails without being sent. */
export function givenUp(item: SourceItem, index: number): SourceItem & { readonly error: Error } {
  const id = 'request' in item ? idOf(item.request) : item.id
  // Only for workers: no call of the library fails with this error.
  return { id, index, error: new WorkerDiedError() as SluiceError as CallError }
}
