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

it('commits every 5 ms while at most 2 results come each millisecond', async () => {
  const commits = await commitsOf(Array(20).fill(2))
  expect(commits).toEqual([5, 10, 15, 20].map((at) => [at, 10]))
})

it('commits every 25 ms while more come, and every 5 ms again when fewer do', async () => {
  const commits = await commitsOf([...Array(50).fill(10), ...Array(50).fill(1)])
  expect(commits.map(([at]) => at)).toEqual([5, 30, 55, 80, 85, 90, 95, 100])
})

it('commits 500 results at once, however fast they come', async () => {
  const commits = await commitsOf(Array(20).fill(100))
  expect(commits).toEqual([4, 9, 14, 19].map((at) => [at, 500]))
})
