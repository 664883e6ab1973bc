import { area as areaShape, curveStepAfter, stack } from 'd3-shape'
import { type Markup, markup } from '../page/markup.ts'
import { bottomAxis, leftAxis } from '../plots/axis.ts'
import { drawing, figure, legend } from '../plots/drawing.ts'
import { type PlotArea, plotWidth } from '../plots/plot-area.ts'
import { rightTimeScale, upScale, upTicks } from '../plots/scales.ts'
import { durationText, rateText } from '../text/numbers.ts'
import type { SeriesPoint } from './thin-series.ts'

const area: PlotArea = { left: 52, top: 34, right: plotWidth - 12, bottom: 250 }
const height = 296
const kinds = ['succeeded', 'failed', 'throttled'] as const
type Kind = (typeof kinds)[number]

const looks: Readonly<Record<Kind, { readonly name: string; readonly text: string }>> = {
  succeeded: { name: 'succeeded', text: 'succeeded' },
  failed: { name: 'failed', text: 'failed' },
  throttled: { name: 'refused', text: 'attempts refused (429)' },
}

/** Results over time, one kind on top of the other. */
export function throughputPlot(points: readonly SeriesPoint[]): Markup {
  const { unit, place: x, ticks } = rightTimeScale(area, points.at(-1)?.toMs ?? 0)
  const sums = points.map(({ succeeded, failed, throttled }) => succeeded + failed + throttled)
  const y = upScale(area, 1.04 * Math.max(0, ...sums))
  const shown = kinds.filter((kind) => points.some((point) => point[kind] > 0))
  const layers = stack<SeriesPoint, Kind>().keys(shown)(points)
  // The last step has a width too.
  const shape = areaShape<readonly [number, number, number]>(
    ([ms]) => x(ms),
    ([, low]) => y(low),
    ([, , high]) => y(high),
  )
    .curve(curveStepAfter)
    .digits(1)
  const paths = layers.map((layer) => {
    const steps = layer.map(([low, high], index) => [points[index]!.fromMs, low, high] as const)
    const [last] = steps.slice(-1)
    const closed = last === undefined ? steps : [...steps, [points.at(-1)!.toMs, last[1], last[2]] as const]
    return markup`<path class="${looks[layer.key].name}" d="${shape(closed) ?? ''}"/>`
  })
  return figure(
    markup`<strong>Results per second.</strong> ${points.length < 2 ? undefined : `Each step is ${durationText(points[0]!.toMs - points[0]!.fromMs)}.`}`,
    drawing({
      title: 'Results per second over the time of the run, by outcome',
      description: describe(points, sums),
      width: plotWidth,
      height,
      content: markup`${leftAxis(area, upTicks(y), 'per second')}${paths}\n${bottomAxis(area, ticks, unit.name)}`,
    }),
    legend(
      shown.map((kind) => ({
        sign: markup`<rect class="${looks[kind].name}" x="2" y="1.5" width="22" height="11"/>`,
        text: looks[kind].text,
      })),
    ),
  )
}

function describe(points: readonly SeriesPoint[], sums: readonly number[]): string {
  if (points.length === 0) return 'There is nothing to show.'
  const failed = points.filter((point) => point.failed > 0).length
  const refused = points.filter(({ throttled }) => throttled > 0).length
  return `At most ${rateText(Math.max(0, ...sums))} per second. Failures in ${failed}, refusals in ${refused} of ${points.length} steps.`
}
