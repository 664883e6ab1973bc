import { type Markup, markup } from '../markup.ts'
import { details, table } from '../page/parts.ts'
import { at, bottomAxis, leftAxis, type PlotArea, plotWidth, rightTimeScale, upScale, upTicks } from '../plots/axes.ts'
import { drawing, figure, legend } from '../plots/drawing.ts'
import { durationText, rateText } from '../text.ts'
import { boundsOf, type SeriesPoint } from './thin-series.ts'

const area: PlotArea = { left: 52, top: 34, right: plotWidth - 12, bottom: 250 }
const height = 296

const kinds = ['succeeded', 'failed', 'throttled'] as const
type Kind = (typeof kinds)[number]

const looks: Readonly<Record<Kind, { readonly name: string; readonly text: string }>> = {
  succeeded: { name: 'succeeded', text: 'succeeded' },
  failed: { name: 'failed', text: 'failed' },
  throttled: { name: 'refused', text: 'attempts refused (429)' },
}

/** Stacked plot of results over time, by outcome. */
export function throughputPlot(points: readonly SeriesPoint[]): Markup {
  const [fromMs, toMs] = boundsOf(points)
  const { unit, place: x, ticks } = rightTimeScale(area, toMs, fromMs)
  const sums = points.map(({ succeeded, failed, throttled }) => succeeded + failed + throttled)
  const y = upScale(area, 1.04 * Math.max(0, ...sums))
  const shown = kinds.filter((kind) => points.some((point) => point[kind] > 0))
  const edges = [...points.map(({ fromMs }) => x(fromMs)), x(toMs)]
  const paths = shown.map((kind, layer) => {
    const below = (point: SeriesPoint): number => shown.slice(0, layer).reduce((sum, other) => sum + point[other], 0)
    const lows = points.map((point) => y(below(point)))
    const highs = points.map((point) => y(below(point) + point[kind]))
    return markup`<path class="${looks[kind].name}" d="${stepArea(edges, lows, highs)}"/>`
  })
  return figure(
    markup`<strong>Results per second.</strong> ${points.length < 2 ? undefined : `Each step is ${durationText(points[0]!.toMs - points[0]!.fromMs)}.`}`,
    drawing({
      title: 'Results per second over the time of the run, by outcome',
      description: describeThroughput(points, sums),
      width: plotWidth,
      height,
      time: { area, fromMs, toMs },
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

/** Area between two step lines; step n spans edge n to edge n + 1. */
function stepArea(edges: readonly number[], lows: readonly number[], highs: readonly number[]): string {
  const top = highs.map((high, step) => `V${at(high)}H${at(edges[step + 1]!)}`)
  const back = lows.map((low, step) => `V${at(low)}H${at(edges[step]!)}`).reverse()
  return `M${at(edges[0]!)},${at(lows[0]!)}${top.join('')}${back.join('')}Z`
}

function describeThroughput(points: readonly SeriesPoint[], sums: readonly number[]): string {
  if (points.length === 0) return 'There is nothing to show.'
  const failed = points.filter((point) => point.failed > 0).length
  const refused = points.filter(({ throttled }) => throttled > 0).length
  return `At most ${rateText(Math.max(0, ...sums))} per second. Failures in ${failed}, refusals in ${refused} of ${points.length} steps.`
}

/** Table with the figures of both plots over time. */
export function seriesTable(points: readonly SeriesPoint[]): Markup {
  return details(
    'Figures over time',
    table(points, {
      caption: 'Per second, and the times of the attempts',
      columns: [
        ['From', 'number', ({ fromMs }) => durationText(fromMs)],
        ['Succeeded/s', 'number', ({ succeeded }) => rateText(succeeded)],
        ['Failed/s', 'number', ({ failed }) => rateText(failed)],
        ['Refused/s', 'number', ({ throttled }) => rateText(throttled)],
        ['p50', 'number', ({ p50Ms = Number.NaN }) => durationText(p50Ms)],
        ['p95', 'number', ({ p95Ms = Number.NaN }) => durationText(p95Ms)],
        ['p99', 'number', ({ p99Ms = Number.NaN }) => durationText(p99Ms)],
      ],
    }),
  )
}
