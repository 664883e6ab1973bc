import type { Markup } from '../page/markup.ts'
import { details } from '../page/section.ts'
import { table } from '../page/table.ts'
import { durationText, noNumber, rateText } from '../text/numbers.ts'
import type { SeriesPoint } from './thin-series.ts'

/** The figures of both plots over time. */
export function seriesTable(points: readonly SeriesPoint[]): Markup {
  return details(
    'Figures over time',
    table({
      caption: 'Per second, and the times of the attempts',
      columns: ['From', 'Succeeded/s', 'Failed/s', 'Refused/s', 'p50', 'p95'].map((name) => ({ name })),
      rows: points.map(({ fromMs, succeeded, failed, throttled, p50Ms, p95Ms }) => ({
        cells: [
          durationText(fromMs),
          ...[succeeded, failed, throttled].map(rateText),
          ...[p50Ms, p95Ms].map((ms) => (ms === undefined ? noNumber : durationText(ms))),
        ],
      })),
    }),
  )
}
