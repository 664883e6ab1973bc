import { expect } from 'vitest'
import type { RunStore } from '../../src/stores/index.ts'
import { groupSize } from './child-roles.ts'

/** Expects that a run which a killed process committed to has whole groups, its tallies, and all that was acknowledged. */
export async function expectWholeGroups(store: RunStore, name: string, acknowledged: number): Promise<void> {
  const run = (await store.find(name))!
  const settled = await store.settled(run.id, { limit: 1_000_000 })
  expect(settled.length).toBeGreaterThanOrEqual(acknowledged)
  expect(settled.length % groupSize).toBe(0)
  expect(settled.at(-1)).toBe(settled.length - 1)
  expect(run).toMatchObject({
    claimedBy: undefined,
    read: settled.length,
    settledBelow: settled.length,
    succeeded: settled.length * 0.9,
    failed: settled.length * 0.1,
    requests: settled.length,
  })
  const { endings, errors, durations } = await store.tallies(run.id)
  expect(endings.get('200')).toBe(run.succeeded)
  expect(errors).toMatchObject([{ message: '503 No', count: run.failed, example: '0' }])
  expect([...durations.values()]).toEqual([settled.length])
}
