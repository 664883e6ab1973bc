import { expect, it } from 'vitest'
import { fetchLoop, seeShares } from './gateway-shares.ts'

it('three programs with 40 requests at once get a third of 50/s each and no 429, and a person waits for none of them', async () => {
  const programs = ['program a', 'program b', 'program c'].map((name) => fetchLoop(name, 40))
  const seen = await seeShares({ perSecond: 50, seconds: 3, atOnce: 40, programs })

  const statuses = Object.values(seen.programs)
  expect(statuses.map((counts) => Object.keys(counts))).toEqual([['200'], ['200'], ['200']])
  const counts = statuses.map((one) => one['200']!)
  const third = counts.reduce((sum, count) => sum + count, 0) / 3
  for (const count of counts) expect(Math.abs(count - third)).toBeLessThanOrEqual(Math.max(4, 0.1 * third))
  expect(seen.person.statuses.every((status) => status === 200)).toBe(true)
  // By order of arrival it would wait for 120 requests; in turn for three, and those that are under way.
  expect(seen.person.mostBefore).toBeLessThan(60)
  expect(seen.refused).toBe(0)
})
