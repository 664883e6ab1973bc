import { expect, it } from 'vitest'
import { resultOf } from '../../test/stores/stored.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { Journal } from './journal.ts'

/** Adds so many results in each millisecond, and returns when groups were committed, and of how many results. */
async function commitsOf(perMs: readonly number[]): Promise<(readonly [at: number, size: number])[]> {
  const clock = new ManualClock()
  const commits: [number, number][] = []
  const journal = new Journal({
    clock,
    commit: async ({ results = [] }) => void commits.push([clock.now(), results.length]),
    onFailure: (error) => expect.unreachable(String(error)),
  })
  let index = 0
  for (const count of perMs) {
    for (let more = count; more > 0; more--) journal.settle(resultOf(index++))
    await clock.advance(1)
  }
  await journal.flush()
  return commits
}

it('commits every 5 ms, however fast results come, so that a kill repeats little', async () => {
  const commits = await commitsOf(Array(20).fill(10))
  expect(commits).toEqual([5, 10, 15, 20].map((at) => [at, 50]))
})

it('commits 500 results at once', async () => {
  const commits = await commitsOf(Array(20).fill(250))
  expect(Math.max(...commits.map(([, size]) => size))).toBe(500)
})
