import { cleanText, type Markup, markup } from '../markup.ts'
import { details } from '../page/parts.ts'
import { wideWidth } from '../plots/axes.ts'
import { figure, legend } from '../plots/drawing.ts'
import { type DrawnBar, endOf, waterfall, waterfallLegend } from '../plots/waterfall.ts'
import type { RunBar } from '../run-report.ts'
import { countText, durationText } from '../text.ts'

/** Attempts of each call as a waterfall, to be opened by a click. */
export function attemptBars(calls: readonly RunBar[]): Markup {
  return markup`${calls.map((call) => {
    const bars = barsOf(call)
    const endings = call.tries?.map(({ ending }) => ending) ?? (call.status === undefined ? [] : [String(call.status)])
    const shown = cleanText(endings.join(', '), 120)
    const untilMs = endOf(bars)
    const parts = [
      cleanText(call.id, 120),
      call.attempts === 1 ? '1 attempt' : `${countText(call.attempts)} attempts`,
      ...(shown === '' ? [] : [shown]),
      durationText(untilMs),
    ]
    return details(
      parts.join(' · '),
      figure(
        markup`<strong>From the start of the call to its end,</strong> one row for each attempt`,
        waterfall({
          title: 'Waterfall of the attempts of one call',
          description: `${countText(bars.length)} attempts are shown; the last one ended after ${durationText(untilMs)}.`,
          bars,
          untilMs,
          width: wideWidth,
          of: 'attempt',
          pitch: 16,
        }),
        legend(waterfallLegend(bars.length > 1)),
      ),
    )
  })}`
}

/** Bars of the attempts of a call: each with the wait since the one before it. */
function barsOf(call: RunBar): DrawnBar[] {
  const { tries = [], queuedMs, ok } = call
  if (tries.length === 0) return [{ ...call, startMs: 0 }]
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
