import { expect, it } from 'vitest'
import { isLongForm } from '../long-form.ts'
import { killSoak } from './kill-soak.ts'
import { bundledProgram } from './processes.ts'

/** The number in flight, and what may have been answered in the milliseconds since the last commit. */
const atMostRepeated = 40 + 20
const [kills, items] = isLongForm ? [10, 2_000] : [3, 600]

it.concurrent.each(['file', 'pipe'] as const)(
  'a run of a %s that is killed again and again has one result for each item, and repeats only what was in flight',
  { timeout: 120_000 },
  async (input) => {
    const report = await killSoak({ kills, items, input, seed: 7, command: await bundledProgram() })

    expect(report).toMatchObject({ missing: 0, unknown: 0, duplicates: 0, results: items })
    expect(report).toMatchObject({ itemsWithTwoKeys: 0, keysOfTwoItems: 0 })
    expect(report.kills).toBeGreaterThan(kills / 2)
    expect(Math.max(...report.repeats)).toBeLessThanOrEqual(atMostRepeated)
    expect(report.succeeded).toBeGreaterThan(items * 0.99)
  },
)
