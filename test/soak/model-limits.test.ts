import { expect, it } from 'vitest'
import { runPrompts } from './model-limits.ts'

it('a model API that limits requests and tokens answers every prompt of a run, and hardly refuses one', async () => {
  const run = await runPrompts(150, 'wrong by up to half', 600)
  expect(run).toMatchObject({ prompts: 150, answered: 150 })
  expect(run.busiest.tokens).toBeGreaterThan(100_000)
  // A busy machine sends late, and is refused a few.
  expect(run.refused).toBeLessThan(10)
})
