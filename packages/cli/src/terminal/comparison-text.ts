import type { ComparisonGroup } from '@sluice/report'
import { alignedLines } from './text.ts'

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
  const lines = alignedLines([head, ...rows], (column) => column >= 1 && column <= 4)
  return `${verdict}\n\n${lines.map((line) => `${line}\n`).join('')}`
}
