import { line } from 'd3-shape'
import { type Markup, markup } from '../page/markup.ts'
import { bottomAxis, leftAxis } from '../plots/axis.ts'
import { drawing, figure, legend } from '../plots/drawing.ts'
import { stroke } from '../plots/marks.ts'
import { type PlotArea, plotWidth } from '../plots/plot-area.ts'
import { rightTimeScale, upTimeScale } from '../plots/scales.ts'
import { durationText, largest } from '../text/numbers.ts'
import type { SeriesPoint } from './thin-series.ts'

const area: PlotArea = { left: 52, top: 34, right: plotWidth - 12, bottom: 250 }
const height = 296

/** How long attempts took over time; where there were none, the lines have a gap. */
export function latencyPlot(points: readonly SeriesPoint[]): Markup {
  const x = rightTimeScale(area, points.at(-1)?.toMs ?? 0)
  const y = upTimeScale(area, 1.04 * largest(points.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms])))
  const pathOf = (of: (point: SeriesPoint) => number | undefined): string | null =>
    line<SeriesPoint>(
      ({ fromMs, toMs }) => x.place((fromMs + toMs) / 2),
      (point) => y.place(of(point)!),
    )
      .defined((point) => of(point) !== undefined)
      .digits(1)(points)
  return figure(
    markup`<strong>How long one attempt takes.</strong> Gaps: no attempts.`,
    drawing({
      title: 'Times of the attempts over the time of the run',
      description: describe(points),
      width: plotWidth,
      height,
      content: markup`${leftAxis(area, y.ticks, y.unit.name)}${bottomAxis(area, x.ticks, x.unit.name)}${stroke(
        'thin second',
        pathOf(({ p50Ms }) => p50Ms),
      )}${stroke(
        'thin main',
        pathOf(({ p95Ms }) => p95Ms),
      )}`,
    }),
    legend([
      { sign: markup`<path class="line thin main" d="M1,7h24"/>`, text: 'p95' },
      { sign: markup`<path class="line thin second" d="M1,7h24"/>`, text: 'p50' },
    ]),
  )
}

function describe(points: readonly SeriesPoint[]): string {
  const known = points.filter(({ p95Ms }) => p95Ms !== undefined)
  if (known.length === 0) return 'There is nothing to show.'
  return `The highest 95th percentile is ${durationText(largest(known.map(({ p95Ms }) => p95Ms)))}, the highest median ${durationText(largest(known.map(({ p50Ms }) => p50Ms)))}.`
}
