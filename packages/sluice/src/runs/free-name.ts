import type { RunStore } from '../stores/run-store.ts'

/** A name that no run of the store has: `run-1`, `run-2`, ... */
export async function freeName(store: RunStore): Promise<string> {
  const taken = new Set((await store.list()).map(({ name }) => name))
  let number = taken.size + 1
  while (taken.has(`run-${number}`)) number++
  return `run-${number}`
}
