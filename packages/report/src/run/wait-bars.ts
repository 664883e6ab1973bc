import { type Markup, markup } from '../page/markup.ts'
import { barTable } from '../plots/bar-table.ts'
import type { RunReport } from '../run-report.ts'
import { countText, drawable, durationText, noNumber, shareText } from '../text/numbers.ts'
import { limitName } from './words.ts'

/** Limits beyond these are left out, the shortest waits first. */
const mostLimits = 20

/** How long calls waited for each limit. */
export function waitBars({ waitedMs, elapsedMs }: RunReport): Markup | undefined {
  const all = Object.entries(waitedMs).sort(([, a], [, b]) => b - a)
  if (all.length === 0) return undefined
  const left = all.length - mostLimits
  return markup`${barTable({
    caption: 'Time in which at least one call waited',
    columns: ['Waiting for', 'Time', 'Of the run'],
    bars: all.slice(0, mostLimits).map(([limit, ms]) => ({
      name: markup`<bdi>${limitName(limit)}</bdi>${limit === 'backoff' ? ', all calls added up' : undefined}`,
      value: ms,
      text: durationText(ms),
      // Added up over all calls it is no share of the time.
      more: [limit === 'backoff' ? noNumber : shareText(ms / elapsedMs)],
    })),
    most: drawable(elapsedMs) ?? 0,
  })}${left > 0 ? markup`<p class="aside">${countText(left)} shorter ones are left out.</p>` : undefined}`
}
