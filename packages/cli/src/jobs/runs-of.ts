import type { RunStore, StoredRun } from 'sluice/stores'

/** Number of runs that are read at once. */
const pageSize = 500

/** All runs of a store, newest first, read page by page as they are needed. */
export async function* runsOf(store: RunStore): AsyncGenerator<StoredRun, void, undefined> {
  let before: number | undefined
  do {
    const page = await store.list({ before, limit: pageSize })
    yield* page
    before = page.length < pageSize ? undefined : page.at(-1)?.id
  } while (before !== undefined)
}
