import type { RunStore } from './run-store.ts'
import type { StoredRun } from './stored-run.ts'

/** Number of runs that are read at once. */
const pageSize = 500

/** All runs of a store, newest first, read page by page as they are needed. */
export async function* allRuns(store: RunStore): AsyncGenerator<StoredRun, void, undefined> {
  let before: number | undefined
  do {
    const page = await store.list({ before, limit: pageSize })
    yield* page
    before = page.length < pageSize ? undefined : page.at(-1)?.id
  } while (before !== undefined)
}
