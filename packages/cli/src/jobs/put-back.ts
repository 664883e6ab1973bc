import { isSharedStore, type ResultFilter } from 'sluice/internal'
import type { RunStore, StoredRun } from 'sluice/stores'

/**
 * Puts failures of a run back, to be done again when it is resumed or by its workers. Returns their number.
 *
 * @throws StoreError `SLUICE_RUN_BUSY` while a process works on the run
 */
export async function putBack(store: RunStore, run: StoredRun, filter: ResultFilter): Promise<number> {
  await store.claim(run.id)
  const count = await store.requeue(run.id, filter).finally(() => store.release(run.id))
  if (run.isShared === true && isSharedStore(store)) await store.reconcile(run.id)
  return count
}
