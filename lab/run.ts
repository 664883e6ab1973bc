import type { Figure, Measured, Scenario } from './scenario.ts'

/** One figure of one scenario over all seeds. */
export interface Row {
  readonly scenario: string
  readonly figure: Figure
  readonly median: number
  readonly worst: number
  readonly worstSeed: number
  /** How far the worst seed is beyond the target; 0 if it is met. */
  readonly worstMiss: number
  /** The same of the median. */
  readonly medianMiss: number
}

/** Runs a scenario with seeds 1 to `seeds`. */
export async function runScenario(scenario: Scenario, seeds: number): Promise<Row[]> {
  const results: Measured[] = []
  for (let seed = 1; seed <= seeds; seed++) results.push(await scenario.run(seed))
  return scenario.figures.map((figure, index) =>
    rowOf(
      scenario.name,
      figure,
      results.map((measured) => measured[index]!),
    ),
  )
}

function rowOf(scenario: string, figure: Figure, values: readonly number[]): Row {
  const isMore = figure.target !== 'shown only' && 'atLeast' in figure.target
  const worst = values.reduce((one, other) => (isMore ? Math.min(one, other) : Math.max(one, other)))
  const median = medianOf(values)
  return {
    scenario,
    figure,
    median,
    worst,
    worstSeed: values.indexOf(worst) + 1,
    worstMiss: missOf(figure, worst),
    medianMiss: missOf(figure, median),
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}

/** Below this, a difference is one of rounding. */
const slack = 1e-9

function missOf({ target }: Figure, value: number): number {
  if (target === 'shown only') return 0
  const miss = 'atMost' in target ? value - target.atMost : target.atLeast - value
  return miss <= slack ? 0 : miss
}
