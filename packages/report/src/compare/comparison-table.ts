import { cleanText } from '../markup.ts'
import { limitName } from '../run/words.ts'
import { bytesText, countText, durationText, noNumber, rateText, shareText } from '../text.ts'
import type { ComparedFigure, FigureGroup, RunComparison } from './compare-runs.ts'

/** Row of the comparison table, as text; external text in it is cleaned. */
interface ComparisonRow {
  readonly name: string
  readonly before: string
  readonly now: string
  readonly difference: string
  readonly percent: string
  readonly verdict: string
}

/** Rows under one heading. */
export interface ComparisonGroup {
  readonly heading: string
  readonly rows: readonly ComparisonRow[]
}

const headings: Readonly<Record<FigureGroup, string>> = {
  run: 'The runs',
  'attempt times': 'Times of one attempt',
  'results by status': 'Results by status',
  'attempts by status': 'Attempts by status',
  'failures by code': 'Failures by code',
  waits: 'Waits',
  costs: 'Costs',
}

/** Headings of the columns: the earlier run, then the later one. */
export function comparisonColumns({ title, comparedWith }: RunComparison): readonly string[] {
  const [before, now] = [cleanText(comparedWith.title, 40), cleanText(title, 40)]
  return before === now ? ['', `${before} (compared with)`, now] : ['', before, now]
}

/** All figures as text, by group. */
export function comparisonGroups({ figures }: RunComparison): readonly ComparisonGroup[] {
  return Object.entries(headings).flatMap(([group, heading]) => {
    const rows = figures.filter((figure) => figure.group === group).map(rowOf)
    return rows.length === 0 ? [] : [{ heading, rows }]
  })
}

/** Result of the comparison in a sentence. */
export function comparisonVerdict({ figures }: RunComparison): string {
  const named = (verdict: ComparedFigure['verdict']): string[] =>
    figures
      .filter((figure) => figure.verdict === verdict && (figure.group === 'run' || figure.group === 'attempt times'))
      .map(({ name }) => name)
  const [worse, better] = [named('worse'), named('better')]
  const parts = [
    ...(worse.length === 0 ? [] : [`Worse: ${worse.join(', ')}.`]),
    ...(better.length === 0 ? [] : [`Better: ${better.join(', ')}.`]),
  ]
  return parts.length === 0 ? 'No figure is better or worse by 5 % or more.' : parts.join(' ')
}

function rowOf({ group, name, unit, before, now, difference, percent, verdict }: ComparedFigure): ComparisonRow {
  return {
    name: group === 'waits' ? limitName(name) : cleanText(name, 60),
    before: valueText(before, unit),
    now: valueText(now, unit),
    difference: difference === undefined ? noNumber : signed(difference, differenceText(difference, unit)),
    percent: percent === undefined ? noNumber : signed(percent, percentText(percent)),
    verdict: verdict ?? '',
  }
}

function valueText(value: number | undefined, unit: ComparedFigure['unit']): string {
  if (value === undefined) return noNumber
  if (unit === 'count') return countText(value)
  if (unit === 'ms') return durationText(value)
  if (unit === 'bytes') return bytesText(value)
  return unit === 'share' ? shareText(value) : rateText(value)
}

function differenceText(difference: number, unit: ComparedFigure['unit']): string {
  const size = Math.abs(difference)
  // The difference of two percentages is in points, to distinguish it from a relative difference.
  return unit === 'share' ? `${rateText(size * 100)} points` : valueText(size, unit)
}

function percentText(percent: number): string {
  const size = Math.abs(percent)
  return `${size < 10 ? (Math.round(size * 10) / 10).toFixed(1) : countText(size)} %`
}

function signed(value: number, text: string): string {
  if (value === 0 || /^0(\.0)? /.test(`${text} `)) return text
  return `${value > 0 ? '+' : '−'}${text}`
}
