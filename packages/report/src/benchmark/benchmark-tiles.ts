import type { BenchmarkReport } from 'sluice/benchmark'
import { type Markup, markup } from '../page/markup.ts'
import { tiles } from '../page/tiles.ts'
import { countText, durationText, noNumber, rateText, timesText } from '../text/numbers.ts'
import { tellingRows } from './rows.ts'

/** The figures of the sweet spot, with what they were before. */
export function benchmarkTiles(report: BenchmarkReport): Markup {
  const { before, best } = tellingRows(report)
  return tiles([
    {
      name: 'Speed-up',
      value: best === undefined ? noNumber : timesText(best.speedup),
      note: 'against one after another',
    },
    {
      name: 'Requests per second',
      value: change(before === best ? undefined : before && rateText(before.rps), best && rateText(best.rps)),
      note: 'before → at the best',
    },
    {
      name: '95th percentile',
      value: change(
        before === best ? undefined : before && durationText(before.p95Ms),
        best && durationText(best.p95Ms),
      ),
      note: 'of one request',
    },
    {
      name: 'Requests sent',
      value: countText(report.sentRequests),
      note: `of ${countText(report.plannedRequests)} planned`,
    },
  ])
}

function change(before: string | undefined, after: string | undefined): Markup | string {
  if (before === undefined) return after ?? noNumber
  return markup`<span class="was">${before} →</span> ${after ?? noNumber}`
}
