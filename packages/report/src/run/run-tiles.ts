import type { Markup } from '../page/markup.ts'
import { tiles } from '../page/tiles.ts'
import type { RunReport } from '../run-report.ts'
import { countText, durationText, rateText, shareText } from '../text/numbers.ts'

/** The figures of the whole run. */
export function runTiles(report: RunReport): Markup {
  const { done, succeeded, failed, unfinished, skipped, elapsedMs, throughput, requests, throttledShare, attemptMs } =
    report
  return tiles([
    {
      name: 'Done',
      value: countText(done),
      note: `${countText(unfinished)} unfinished, ${countText(skipped)} skipped`,
    },
    {
      name: 'Succeeded',
      value: countText(succeeded),
      note: done > 0 ? `${shareText(succeeded / done)} of those done` : undefined,
    },
    {
      name: 'Failed',
      value: countText(failed),
      note: done > 0 ? `${shareText(failed / done)} of those done` : undefined,
    },
    { name: 'Results per second', value: rateText(throughput), note: `in ${durationText(elapsedMs)}` },
    { name: 'Requests', value: countText(requests), note: `${shareText(throttledShare)} of them refused (429)` },
    {
      name: '95th percentile',
      value: durationText(attemptMs.p95),
      note: `of one attempt; half took ${durationText(attemptMs.p50)}`,
    },
  ])
}
