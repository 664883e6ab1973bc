import type { RunComparison } from '../compare/compare-runs.ts'
import { comparisonColumns, comparisonGroups, comparisonVerdict } from '../compare/comparison-table.ts'
import type { ReportOptions } from '../run-report.ts'
import { data, heading, markdownOf, paragraph, prose, signature, strong, table, text } from './nodes.ts'

/** Renders a comparison of two runs as a Markdown table for a pull request or a CI job summary. All text is escaped. */
export function comparisonMarkdown(comparison: RunComparison, { version }: ReportOptions = {}): string {
  const { title, startedAt = '', comparedWith } = comparison
  const rows = comparisonGroups(comparison).flatMap(({ heading, rows: own }) => [
    [strong(text(heading)), text(''), text(''), text(''), text(''), text('')],
    ...own.map(({ name, before, now, difference, percent, verdict }) => [
      prose(name, 80),
      text(before),
      text(now),
      text(difference),
      text(percent),
      verdict === 'worse' ? strong(text(verdict)) : text(verdict),
    ]),
  ])
  return markdownOf([
    heading(text(comparisonVerdict(comparison))),
    paragraph(data(title), text(' compared with '), data(comparedWith.title)),
    table([...comparisonColumns(comparison), 'Difference', 'Per cent', ''], rows),
    signature(startedAt, version),
  ])
}
