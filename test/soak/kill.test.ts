import { describe, expect, it } from 'vitest'
import { killSoak } from './kill-soak.ts'
import { sourceCommand } from './processes.ts'

/** The number in flight, and what may have been answered in the milliseconds since the last commit. */
const atMostRepeated = 40 + 20

describe('a run that is killed again and again', () => {
  it.each(['file', 'pipe'] as const)(
    'has one result for each item of a %s, and sends again only what it must',
    async (input) => {
      const report = await killSoak({ kills: 10, items: 2_000, input, seed: 7, command: sourceCommand })

      expect(report).toMatchObject({ missing: 0, unknown: 0, duplicates: 0, results: 2_000 })
      expect(report).toMatchObject({ itemsWithTwoKeys: 0, keysOfTwoItems: 0 })
      expect(report.kills).toBeGreaterThan(5)
      expect(Math.max(...report.repeats)).toBeLessThanOrEqual(atMostRepeated)
      expect(report.succeeded).toBeGreaterThan(1_980)
    },
  )
})
