import { wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { callQuietly } from '../../events/emitter.ts'
import { processIdentity } from '../../stores/process-identity.ts'
import { isSharedStore } from '../../stores/shared-store.ts'
import { systemClock } from '../../time/system-clock.ts'
import { SharedWorker } from './shared-worker.ts'
import type { Worker, WorkerOptions } from './worker-options.ts'

/**
 * Starts a worker, which works on the shared runs of a store together with other workers until it is drained.
 *
 * @throws SettingsError for an invalid option; StoreError if the store cannot be reached.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { store, open, runs, untilDone = false, clock = systemClock, onEvent = (): void => undefined } = options
  if (!isSharedStore(store)) throw unexpected('store', 'a store that can be shared, on PostgreSQL', store)
  if (typeof open !== 'function') throw unexpected('open', 'a function that opens a run', open)
  const concurrency = wholeNumber('concurrency', options.concurrency ?? 100, 1)
  const maxMemory = options.maxMemory ?? Number.POSITIVE_INFINITY
  if (maxMemory !== Number.POSITIVE_INFINITY) wholeNumber('maxMemory', maxMemory, 1)
  const id = await store.join({ ...processIdentity(), concurrency })
  return new SharedWorker({
    id,
    store,
    open,
    concurrency,
    maxMemory,
    isWanted: (run) => runs === undefined || runs.includes(run.name),
    untilDone,
    clock,
    onEvent: (event) => callQuietly(onEvent, event),
  })
}
