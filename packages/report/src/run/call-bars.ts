import { type Markup, markup } from '../markup.ts'
import { dataCode, details, table } from '../page/parts.ts'
import { wideWidth } from '../plots/axes.ts'
import { figure, legend } from '../plots/drawing.ts'
import { endOf, maxBars, waterfall, waterfallLegend } from '../plots/waterfall.ts'
import type { RunBar, RunReport } from '../run-report.ts'
import { countText, durationText } from '../text.ts'

/** Waterfall and figures of calls: the first of the run, or the last. */
export function callBars(
  { waterfall: bars }: Pick<RunReport, 'waterfall'>,
  which: 'first' | 'last' = 'first',
): Markup | undefined {
  if (bars.length === 0) return undefined
  const shown = which === 'first' ? bars.slice(0, maxBars) : fromTheirStart(bars.slice(-maxBars))
  const failed = shown.filter(({ ok }) => !ok).length
  return markup`${figure(
    markup`<strong>The ${which} ${countText(shown.length)} calls,</strong> each with its last attempt and what came before`,
    waterfall({
      title: `Waterfall of the ${which} ${countText(shown.length)} calls`,
      description: `Calls from top to bottom; the last one was done after ${durationText(endOf(shown))}; ${failed === 0 ? 'none' : countText(failed)} failed.`,
      bars: shown,
      untilMs: endOf(shown),
      width: wideWidth,
      of: 'call',
      pitch: shown.length > 100 ? 5 : 9,
    }),
    legend(waterfallLegend(shown.some(({ backoffMs }) => backoffMs > 0))),
  )}${details('Figures of these calls', figuresOf(shown))}`
}

/** Shifts the bars in time, so that the earliest starts at 0. */
function fromTheirStart(bars: readonly RunBar[]): RunBar[] {
  const start = Math.min(...bars.map(({ startMs }) => startMs))
  return bars.map((bar) => ({ ...bar, startMs: bar.startMs - start }))
}

function figuresOf(bars: readonly RunBar[]): Markup {
  return table(bars, {
    caption: 'Each call',
    columns: [
      ['Call', 'text', ({ id }) => dataCode(id, 80)],
      ['Started after', 'number', ({ startMs }) => durationText(startMs)],
      ['Queued', 'number', ({ queuedMs }) => durationText(queuedMs)],
      ['Attempts', 'number', ({ attempts }) => countText(attempts)],
      ['Backoff', 'number', ({ backoffMs }) => durationText(backoffMs)],
      ['Connecting', 'number', ({ connectMs }) => durationText(connectMs)],
      ['First byte', 'number', ({ firstByteMs }) => durationText(firstByteMs)],
      ['Rest', 'number', ({ bodyMs }) => durationText(bodyMs)],
      [
        'Result',
        'number',
        ({ status, ok }) => [status === undefined ? undefined : countText(status), ok ? '' : ' failed'],
      ],
    ],
  })
}
