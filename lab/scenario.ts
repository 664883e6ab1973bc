import type { Listener } from 'sluice/internal'

/** Target of a figure. */
type Target = { readonly atMost: number } | { readonly atLeast: number } | 'shown only'

/** A figure that a scenario measures. */
export interface Figure {
  readonly name: string
  readonly target: Target
  readonly unit?: '%' | 's' | 'x' | undefined
  /** True if `--check` and the tests fail when it is missed. */
  readonly held?: boolean | undefined
  /** True if it depends on the machine, so that it stays out of the written page. */
  readonly isReal?: boolean | undefined
}

/** Measured values in the order of the scenario's figures. */
export type Measured = readonly number[]

/** A situation and its figures. The same seed gives the same values. */
export interface Scenario {
  /** `herd/seconds`. */
  readonly name: string
  readonly figures: readonly Figure[]
  run(seed: number, listen?: Listener): Promise<Measured>
}

/** Scenarios that ask the same question. */
export interface Family {
  readonly name: string
  readonly title: string
  /** Description of the model, and of how each figure is computed. */
  readonly about: string
  readonly scenarios: readonly Scenario[]
}

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
