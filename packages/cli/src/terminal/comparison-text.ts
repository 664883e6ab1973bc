import type { ComparisonGroup } from '@sluice/report'
import stringWidth from 'string-width'
import { padText } from './text.ts'

/** Comparison as a table for a terminal, with a heading for each group and the verdict beside the numbers. */
export function comparisonText(
  verdict: string,
  [, before = '', now = '']: readonly string[],
  groups: readonly ComparisonGroup[],
): string {
  const head = ['', before, now, 'difference', '', '']
  const rows = groups.flatMap(({ heading, rows }) => [
    [heading],
    ...rows.map(({ name, before, now, difference, percent, verdict }) => [
      `  ${name}`,
      before,
      now,
      difference,
      percent,
      verdict,
    ]),
  ])
  const tabular = [head, ...rows.filter(({ length }) => length > 1)]
  const widths = head.map((_, column) => Math.max(...tabular.map((row) => stringWidth(row[column]!))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const blanks = ' '.repeat(Math.max(0, widths[column]! - stringWidth(cell)))
        return column === 0 || column === 5 ? padText(cell, row.length === 1 ? 0 : widths[column]!) : `${blanks}${cell}`
      })
      .join('  ')
      .trimEnd()
  return `${verdict}\n\n${[head, ...rows].map((row) => `${line(row)}\n`).join('')}`
}
