import type { ResultFilter, RunStore } from './run-store.ts'
import type { StoredResult } from './stored-item.ts'

/** Results of a run by index, in pages of at most 1,000 results and about 16 MiB of bodies. @throws StoreError */
export async function* resultPages(
  store: RunStore,
  runId: number,
  filter?: ResultFilter,
): AsyncGenerator<readonly StoredResult[], void, undefined> {
  for (let after = -1; ; ) {
    const page = await store.results(runId, { ...filter, after, limit: 1_000, maxBytes: 16 * 1024 * 1024 })
    if (page.length === 0) return
    yield page
    after = page.at(-1)!.index
  }
}
