import { markup } from '../markup.ts'
import { page } from '../page/page.ts'
import { dataText, section, table } from '../page/parts.ts'
import type { ReportOptions } from '../run-report.ts'
import { momentOf } from '../text.ts'
import type { RunComparison } from './compare-runs.ts'
import { comparisonColumns, comparisonGroups, comparisonVerdict } from './comparison-table.ts'

/** Renders a comparison of two runs as a self-contained HTML page. All text is escaped. */
export function comparisonHtml(comparison: RunComparison, { version }: ReportOptions = {}): string {
  const { title, startedAt = '', comparedWith } = comparison
  const [, before, now] = comparisonColumns(comparison)
  const moment = momentOf(comparedWith.startedAt ?? '')
  return page({
    kind: 'Comparison',
    title: markup`${dataText(title, 120)} compared with ${dataText(comparedWith.title, 120)}`,
    startedAt,
    verdict: comparisonVerdict(comparison),
    lead: moment === undefined ? [] : [markup`${dataText(comparedWith.title, 120)} began on ${moment.text}.`],
    content: comparisonGroups(comparison).map(({ heading, rows }) =>
      section(
        heading,
        table(rows, {
          caption: `${heading} of both`,
          hidesCaption: true,
          columns: [
            ['Figure', 'text', (row) => dataText(row.name)],
            [dataText(before), 'number', (row) => row.before],
            [dataText(now), 'number', (row) => row.now],
            ['Difference', 'number', (row) => row.difference],
            ['Per cent', 'number', (row) => row.percent],
            ['Verdict', 'text', (row) => row.verdict],
          ],
          isBest: (row) => row.verdict === 'better',
        }),
      ),
    ),
    version,
  })
}
