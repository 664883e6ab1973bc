import type { ResultFilter, RunStore } from './run-store.ts'
import type { StoredResult } from './stored-item.ts'

/**
 * Results of a run by index, in pages of at most 1,000 results and about 16 MiB of bodies. The store reads a page while
 * the one before it is used. @throws StoreError
 */
export async function* resultPages(
  store: RunStore,
  runId: number,
  filter?: ResultFilter,
): AsyncGenerator<readonly StoredResult[], void, undefined> {
  const pageAfter = (after: number) =>
    store.results(runId, { ...filter, after, limit: 1_000, maxBytes: 16 * 1024 * 1024 })
  let page = await pageAfter(-1)
  while (page.length > 0) {
    const next = pageAfter(page.at(-1)!.index)
    // Its failure is thrown below, unless the consumer has stopped by then.
    next.catch(() => {})
    yield page
    page = await next
  }
}
