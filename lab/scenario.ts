import type { Listener } from 'sluice'

/** What a figure should be. */
type Target = { readonly atMost: number } | { readonly atLeast: number } | 'shown only'

/** One thing that is measured. */
export interface Figure {
  readonly name: string
  readonly target: Target
  readonly unit?: '%' | 's' | 'x' | undefined
  /** Whether it is kept: then to miss it is an error of `--check` and of the tests. */
  readonly held?: boolean | undefined
  /** Depends on the machine, so it stays out of the written page. */
  readonly isReal?: boolean | undefined
}

/** What came out for each figure, in the order of the scenario's figures. */
export type Measured = readonly number[]

/** A situation, and what is measured in it. The same seed gives the same figures. */
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
  /** What is modelled, and how each figure is computed. */
  readonly about: string
  readonly scenarios: readonly Scenario[]
}
