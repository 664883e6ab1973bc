import type { BenchmarkReport } from 'sluice/benchmark'
import type { Waterfall } from 'sluice/internal'
import { type Markup, markup } from '../markup.ts'
import { details, section, table } from '../page/parts.ts'
import { plotWidth, wideWidth } from '../plots/axes.ts'
import { figure, legend } from '../plots/drawing.ts'
import { endOf, maxBars, waterfall, waterfallLegend } from '../plots/waterfall.ts'
import { countText, drawable, durationText, timesText } from '../text.ts'

/** Number of bars in the magnified waterfall. */
const magnifiedBars = 36
/** Minimum magnification for which a magnified waterfall is added. */
const legible = 2.5

/** Waterfalls of both rows on one time scale, and the first requests of the faster row magnified. */
export function waterfalls({ waterfalls: list, requestsPerRow }: BenchmarkReport): Markup | undefined {
  const [before, after] = list.filter(({ bars }) => bars.length > 0)
  if (before === undefined) return undefined
  const both = after === undefined ? [before] : [before, after]
  const until = Math.max(
    ...both.flatMap(({ wallMs, bars }) => [endOf(bars), bars.length < maxBars ? (drawable(wallMs) ?? 0) : 0]),
  )
  const pitch = after === undefined ? undefined : pitchFor(both)
  const last = after ?? before
  return section(
    both.length === 1 ? 'Waterfall' : 'Waterfalls',
    markup`<div class="${both.length === 1 ? 'single' : 'pair inner'}">${both.map((one) =>
      figure(
        markup`<strong>${nameOf(one)}:</strong> ${one.bars.length < requestsPerRow ? 'the first ' : ''}${countText(one.bars.length)} requests, done after ${durationText(endOf(one.bars))}`,
        waterfall({
          title: `Waterfall, ${nameOf(one)}`,
          description: describe(one),
          bars: one.bars,
          untilMs: until,
          width: both.length === 1 ? wideWidth : plotWidth,
          ...(pitch === undefined ? undefined : { pitch }),
        }),
      ),
    )}</div>`,
    legend(waterfallLegend()),
    magnified(last, until),
    both.map((one) => details(`Figures: ${nameOf(one)}`, figuresOf(one))),
  )
}

function magnified(one: Waterfall, until: number): Markup | undefined {
  const bars = one.bars.slice(0, magnifiedBars)
  const end = endOf(bars)
  if (end === 0 || until / end < legible) return undefined
  return figure(
    markup`<strong>The first ${countText(bars.length)} of ${nameOf(one, true)},</strong> ${timesText(until / end)} as large`,
    waterfall({
      title: `The first requests of the waterfall, ${nameOf(one)}, magnified`,
      description: describe({ ...one, bars }),
      bars,
      untilMs: end,
      width: wideWidth,
      pitch: 11,
    }),
  )
}

function figuresOf(one: Waterfall): Markup {
  return table(one.bars.slice(0, maxBars), {
    caption: `Each request, ${nameOf(one)}`,
    columns: [
      ['Request', 'number', ({ index }) => countText(index + 1)],
      ['Started after', 'number', ({ startMs }) => durationText(startMs)],
      ['Queued', 'number', ({ queuedMs }) => durationText(queuedMs)],
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

/** Height per bar, equal for both waterfalls so that they can be compared. */
function pitchFor(both: readonly Waterfall[]): number {
  const most = Math.min(maxBars, Math.max(...both.map(({ bars }) => bars.length)))
  return Math.min(12, Math.max(2.4, 400 / most))
}

function nameOf({ concurrency }: Waterfall, isWithin: boolean = false): string {
  if (concurrency !== 1) return `${countText(concurrency)} at once`
  return isWithin ? 'one after another' : 'One after another'
}

function describe(one: Waterfall): string {
  const failed = one.bars.filter(({ ok }) => !ok).length
  const ends = `the last one was done after ${durationText(endOf(one.bars))}`
  return `${countText(one.bars.length)} requests from top to bottom; ${ends}; ${failed === 0 ? 'none' : countText(failed)} failed.`
}
