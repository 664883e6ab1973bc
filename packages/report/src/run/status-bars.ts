import { dataCode } from '../page/data-text.ts'
import type { Markup } from '../page/markup.ts'
import { barTable } from '../plots/bar-table.ts'
import type { RunReport } from '../run-report.ts'
import { countText, shareText } from '../text/numbers.ts'
import { kindOf } from './status-kinds.ts'

/** Statuses beyond these are added up. */
const mostStatuses = 20

/** How often each final status came up. */
export function statusBars({ statuses, done }: RunReport): Markup | undefined {
  const all = Object.entries(statuses).sort(([, a], [, b]) => b - a)
  if (all.length === 0) return undefined
  const others = all.slice(mostStatuses)
  const bars = all.slice(0, mostStatuses).map(([status, count]) => ({
    name: dataCode(status, 60),
    value: count,
    text: countText(count),
    more: [shareText(count / done)],
    tone: kindOf(status),
  }))
  const left = others.reduce((sum, [, count]) => sum + count, 0)
  return barTable({
    caption: 'Final statuses, and codes of errors where there was no status',
    columns: ['Status', 'Results', 'Share'],
    bars:
      others.length === 0
        ? bars
        : [
            ...bars,
            {
              name: `${countText(others.length)} others`,
              value: left,
              text: countText(left),
              more: [shareText(left / done)],
            },
          ],
  })
}
