import { cleanText, type Markup, markup } from '../markup.ts'
import { details } from '../page/parts.ts'
import { wideWidth } from '../plots/axes.ts'
import { figure, legend } from '../plots/drawing.ts'
import { type DrawnBar, endOf, waterfall, waterfallLegend } from '../plots/waterfall.ts'
import type { RunBar } from '../run-report.ts'
import { countText, durationText } from '../text.ts'

/** Call with several attempts. */
type RetriedCall = RunBar & Required<Pick<RunBar, 'tries'>>

/** Attempts of calls with several, as a waterfall of each that is opened by a click. */
export function attemptBars(calls: readonly RetriedCall[]): Markup {
  return markup`${calls.map((call) => {
    const bars = barsOf(call)
    const untilMs = endOf(bars)
    const endings = call.tries.map(({ ending }) => ending).join(', ')
    const parts = [cleanText(call.id, 120), `${countText(call.attempts)} attempts`, cleanText(endings, 120)]
    return details(
      [...parts, durationText(untilMs)].join(' · '),
      figure(
        markup`<strong>From the start of the call to its end,</strong> one row for each attempt`,
        waterfall({
          title: 'Waterfall of the attempts of one call',
          description: `${countText(bars.length)} attempts are shown; the last one ended after ${durationText(untilMs)}.`,
          bars,
          untilMs,
          width: wideWidth,
          of: 'attempt',
          pitch: 26,
        }),
        legend(waterfallLegend(true)),
      ),
    )
  })}`
}

/** Bars of the attempts of a call: each with the wait since the one before it. */
function barsOf({ tries, queuedMs, ok }: RetriedCall): DrawnBar[] {
  let endMs = 0
  return tries.map(({ startMs, connectMs, firstByteMs, ms }, index) => {
    const waitedFrom = Math.min(endMs, startMs)
    endMs = startMs + ms
    const waitMs = startMs - waitedFrom
    const isFirst = index === 0
    return {
      index,
      startMs: waitedFrom,
      queuedMs: isFirst ? Math.min(waitMs, queuedMs) : 0,
      backoffMs: isFirst ? Math.max(0, waitMs - queuedMs) : waitMs,
      connectMs,
      firstByteMs,
      bodyMs: Math.max(0, ms - connectMs - firstByteMs),
      ok: ok && index === tries.length - 1,
    }
  })
}
