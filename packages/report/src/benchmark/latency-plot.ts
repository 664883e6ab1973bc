import { line } from 'd3-shape'
import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { type Markup, markup } from '../page/markup.ts'
import { bottomAxis, leftAxis } from '../plots/axis.ts'
import { byNumber, type NumberPoint } from '../plots/by-number.ts'
import { drawing, figure, legend } from '../plots/drawing.ts'
import { mark, stroke } from '../plots/marks.ts'
import { at, type PlotArea, plotWidth } from '../plots/plot-area.ts'
import { atOnceScale, atOnceTicks, upTimeScale } from '../plots/scales.ts'
import { sweetSpotMark } from '../plots/sweet-spot-mark.ts'
import { countText, drawable, durationText, largest } from '../text/numbers.ts'
import { tellingRows } from './rows.ts'

const area: PlotArea = { left: 52, top: 46, right: plotWidth - 10, bottom: 270 }
const height = 318
/** A request may take so many times as long as without load. */
const patience = 2

/** How long one request takes against the number at once, beside what is put up with. */
export function latencyPlot(report: BenchmarkReport): Markup {
  const { ladder, auto, best } = tellingRows(report)
  const points = ladder.filter((row) => canBeDrawn(row))
  const shownAuto = auto !== undefined && auto.concurrency >= 1 && canBeDrawn(auto) ? auto : undefined
  const drawn = shownAuto === undefined ? points : [...points, shownAuto]
  const unloaded = points[0]
  const bound = unloaded === undefined ? undefined : patience * unloaded.p95Ms
  const x = atOnceScale(area, largest(drawn.map(({ concurrency }) => concurrency)))
  const { unit, place, ticks } = upTimeScale(area, 1.08 * largest([...drawn.map(({ p95Ms }) => p95Ms), bound]))
  const path = line<NumberPoint>(
    ({ count }) => x(count),
    ({ value }) => place(value),
  ).digits(1)
  const pathOf = (of: (row: BenchmarkRow) => number): string | null =>
    path(byNumber(points.map((row) => ({ count: row.concurrency, value: of(row) }))))

  return figure(
    markup`<strong>How long one request takes.</strong> Above twice the unloaded 95th percentile, requests wait for each other.`,
    drawing({
      title: 'Time of one request against the number of requests at once',
      description: describe(points, bound),
      width: plotWidth,
      height,
      content: markup`${leftAxis(area, ticks, unit.name)}${bottomAxis(
        area,
        atOnceTicks(
          x,
          points.map(({ concurrency }) => concurrency),
          best?.concurrency,
        ),
        'requests at once',
      )}${bound === undefined ? undefined : stroke('bound', `M${area.left},${at(place(bound))}H${area.right}`)}${stroke(
        'second',
        pathOf(({ p50Ms }) => p50Ms),
      )}${stroke(
        'main',
        pathOf(({ p95Ms }) => p95Ms),
      )}
${points.map(({ concurrency, p50Ms }) => mark('triangle', 'second-point', x(concurrency), place(p50Ms)))}${points.map(({ concurrency, p95Ms }) => mark('circle', 'point', x(concurrency), place(p95Ms)))}${
  shownAuto === undefined ? undefined : mark('diamond', 'auto', x(shownAuto.concurrency), place(shownAuto.p95Ms))
}
${best === undefined || !drawn.includes(best) ? undefined : sweetSpotMark(area, best.concurrency, x(best.concurrency), place(best.p95Ms))}`,
    }),
    legend([
      { sign: markup`<path class="line main" d="M1,7h24"/>${mark('circle', 'point', 13, 7)}`, text: 'p95' },
      { sign: markup`<path class="line second" d="M1,7h24"/>${mark('triangle', 'second-point', 13, 7)}`, text: 'p50' },
      ...(bound === undefined
        ? []
        : [
            {
              sign: markup`<path class="line bound" d="M1,7h24"/>`,
              text: `twice the unloaded p95 (${durationText(bound)})`,
            },
          ]),
      ...(shownAuto === undefined ? [] : [{ sign: mark('diamond', 'auto', 13, 7), text: 'auto, p95' }]),
    ]),
  )
}

function canBeDrawn({ concurrency, p50Ms, p95Ms }: BenchmarkRow): boolean {
  return [concurrency, p50Ms, p95Ms].every((number) => drawable(number) !== undefined)
}

function describe(points: readonly BenchmarkRow[], bound: number | undefined): string {
  if (points.length === 0) return 'There is nothing to show.'
  const list = points
    .map(({ concurrency, p95Ms }) => `${durationText(p95Ms)} with ${countText(concurrency)}`)
    .join(', ')
  return `The 95th percentile is ${list} at once. Twice the unloaded one is ${durationText(bound ?? Number.NaN)}.`
}
