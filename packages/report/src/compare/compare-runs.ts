import type { EndFigures } from '../run-report.ts'
import { drawable } from '../text.ts'

/** Figures of a run that can be compared, from a report or from `--summary`. */
export interface ComparableRun extends Omit<EndFigures, 'schema'> {
  /** Name of the run. */
  readonly title: string
  /** ISO 8601. */
  readonly startedAt?: string
}

/** Group of figures, in the order of the table. */
export type FigureGroup =
  | 'run'
  | 'attempt times'
  | 'results by status'
  | 'attempts by status'
  | 'failures by code'
  | 'waits'
  | 'costs'

/** One figure of both runs. */
export interface ComparedFigure {
  readonly group: FigureGroup
  readonly name: string
  /** Unit of the values; a `share` is from 0 to 1. */
  readonly unit: 'count' | 'ms' | 'bytes' | 'per second' | 'share'
  /** Value of the earlier run; absent if unknown. */
  readonly before?: number
  readonly now?: number
  /** `now` minus `before`. */
  readonly difference?: number
  /** Difference in percent of `before`; absent if that is 0. */
  readonly percent?: number
  /** Absent if the difference is below 5 %, or if neither direction is better. */
  readonly verdict?: 'better' | 'worse'
}

/** Comparison of two runs: plain data of bounded size. Fields are added, never renamed. */
export interface RunComparison {
  readonly schema: 1
  readonly title: string
  readonly startedAt?: string
  readonly comparedWith: { readonly title: string; readonly startedAt?: string }
  readonly figures: readonly ComparedFigure[]
}

/** Direction in which a figure is better. */
type Better = 'more' | 'less' | undefined

/** Minimum difference in percent for a verdict. */
const noticeable = 5
/** Maximum number of names per group; the smallest are left out. */
const maxNames = 20

/** Compares a run with an earlier one. */
export function compareRuns(now: ComparableRun, before: ComparableRun): RunComparison {
  const figures: ComparedFigure[] = []
  const add = (
    group: FigureGroup,
    name: string,
    unit: ComparedFigure['unit'],
    of: (run: ComparableRun) => number | undefined,
    better: Better,
  ): void => {
    const one = compared(drawable(of(before)), drawable(of(now)), better)
    if (one !== undefined) figures.push({ group, name, unit, ...one })
  }
  const addNames = (
    group: FigureGroup,
    unit: ComparedFigure['unit'],
    of: (run: ComparableRun) => Readonly<Record<string, number>> | undefined,
    better: Better,
  ): void => {
    const [a, b] = [of(before), of(now)]
    if (a === undefined || b === undefined) return
    const countIn = (values: Readonly<Record<string, number>>, name: string): number =>
      Object.hasOwn(values, name) ? values[name]! : 0
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    const largest = names.sort((x, y) => countIn(a, y) + countIn(b, y) - countIn(a, x) - countIn(b, x))
    for (const name of largest.slice(0, maxNames)) add(group, name, unit, (run) => countIn(of(run)!, name), better)
  }

  add('run', 'Done', 'count', ({ done }) => done, undefined)
  add('run', 'Succeeded', 'share', ({ succeeded, done }) => (done > 0 ? succeeded / done : undefined), 'more')
  add('run', 'Failed', 'count', ({ failed }) => failed, 'less')
  add('run', 'Unfinished', 'count', ({ unfinished }) => unfinished, 'less')
  add('run', 'Took', 'ms', ({ elapsedMs }) => elapsedMs, undefined)
  add('run', 'Results per second', 'per second', ({ throughput }) => throughput, 'more')
  add('run', 'Requests', 'count', ({ requests }) => requests, undefined)
  add('run', 'Refused (429)', 'share', ({ throttledShare }) => throttledShare, 'less')
  add('run', 'Received', 'bytes', ({ bytes }) => bytes, undefined)
  for (const name of ['p50', 'p90', 'p95', 'p99', 'max'] as const) {
    add('attempt times', name, 'ms', ({ attemptMs }) => attemptMs[name], 'less')
  }
  addNames('results by status', 'count', ({ statuses }) => statuses, undefined)
  addNames('attempts by status', 'count', ({ attempts }) => attempts, undefined)
  addNames('failures by code', 'count', failuresByCode, 'less')
  addNames('waits', 'ms', ({ waitedMs }) => waitedMs, undefined)
  addNames('costs', 'count', ({ spent }) => spent, undefined)
  return {
    schema: 1,
    ...namesOf(now),
    comparedWith: namesOf(before),
    figures,
  }
}

function namesOf({ title, startedAt }: ComparableRun): Pick<ComparableRun, 'title' | 'startedAt'> {
  return { title, ...(startedAt === undefined ? undefined : { startedAt }) }
}

function compared(
  before: number | undefined,
  now: number | undefined,
  better: Better,
): Omit<ComparedFigure, 'group' | 'name' | 'unit'> | undefined {
  if (before === undefined || now === undefined) {
    if (before === now) return undefined
    return before === undefined ? { now: now! } : { before }
  }
  const difference = now - before
  const percent = before === 0 ? undefined : (100 * difference) / before
  const isNoticed = difference !== 0 && (percent === undefined || Math.abs(percent) >= noticeable)
  return {
    before,
    now,
    difference,
    ...(percent === undefined ? undefined : { percent }),
    ...(better === undefined || !isNoticed
      ? undefined
      : { verdict: difference > 0 === (better === 'more') ? 'better' : 'worse' }),
  }
}

function failuresByCode({ errors }: ComparableRun): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { code, count } of errors) counts.set(code, (counts.get(code) ?? 0) + count)
  return Object.fromEntries(counts)
}
