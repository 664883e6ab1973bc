import type { Cost } from '../http/request.ts'
import type { QuotaSend, RunStore } from '../stores/run-store.ts'

/** Latest date in ECMAScript: costs of a run never expire. */
const never = 8.64e15

/** Cost of the calls of a run so far, by unit, over all sessions. @throws StoreError if the store cannot be read */
export async function spentOf(store: RunStore, runId: number): Promise<Cost> {
  const prefix = prefixOf(runId)
  const spent: Record<string, number> = {}
  for (const { quota, weight } of await store.quotaSends(never - 1)) {
    if (quota.startsWith(prefix)) {
      const unit = quota.slice(prefix.length)
      spent[unit] = (spent[unit] ?? 0) + weight
    }
  }
  return spent
}

/** Cost of an attempt in its stored form: sends against quotas without an end, which the store adds up. */
export function costEntries(runId: number, cost: Cost): QuotaSend[] {
  return Object.entries(cost).map(([unit, weight]) => ({ quota: prefixOf(runId) + unit, at: 0, weight, until: never }))
}

function prefixOf(runId: number): string {
  return `cost of run ${runId}: `
}
