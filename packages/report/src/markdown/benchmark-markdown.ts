import type { BenchmarkReport } from 'sluice/benchmark'
import { rowFigures } from '../benchmark/rows-table.ts'
import { keyRows, limitText, meaningOf, measuredIn, modeText, verdictOf } from '../benchmark/words.ts'
import type { ReportOptions } from '../run-report.ts'
import { countText, durationText } from '../text.ts'
import { data, heading, list, markdownOf, paragraph, prose, signature, strong, table, text } from './nodes.ts'

const head = ['Mode', 'At once', 'Wall time', ...rowFigures.map(([heading]) => heading)]
/** Maximum number of notes, to keep the summary short. */
const maxNotes = 20

/** Renders a benchmark as GitHub Flavored Markdown for a pull request or a CI job summary. All text is escaped. */
export function benchmarkMarkdown(report: BenchmarkReport, { version }: ReportOptions = {}): string {
  const { startedAt, rows, notes, requestsPerRow, repeat, sentRequests, plannedRequests } = report
  const { best } = keyRows(report)
  const meaning = meaningOf(report)
  const { target, more } = measuredIn(report)
  const cells = rows.map((row) => {
    const texts = [
      row === best ? `${modeText(row.mode)} (best)` : modeText(row.mode),
      countText(row.concurrency),
      durationText(row.wallMs),
      ...rowFigures.map(([, text]) => text(row)),
    ].map((cell) => prose(cell))
    return row === best ? texts.map((cell) => strong(cell)) : texts
  })
  return markdownOf([
    heading(text(verdictOf(report))),
    paragraph(data(target), text(more)),
    paragraph(
      ...(meaning === undefined ? [] : [text(`${meaning} `)]),
      strong(prose(limitText(report.limitedBy))),
      text(': '),
      prose(report.evidence),
      text('.'),
    ),
    ...(rows.length === 0 ? [] : [table(head, cells)]),
    paragraph(
      text(
        `${countText(requestsPerRow)} requests per row, ${countText(repeat)} ${repeat === 1 ? 'round' : 'rounds'}; ${countText(sentRequests)} of ${countText(plannedRequests)} planned requests were sent.`,
      ),
    ),
    ...(notes.length === 0 ? [] : [list(notes.slice(0, maxNotes).map((note) => [prose(note)]))]),
    signature(startedAt, version),
  ])
}
