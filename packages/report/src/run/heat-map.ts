import { scaleLog } from 'd3-scale'
import { type Markup, markup } from '../markup.ts'
import { at, bottomAxis, leftAxis, type PlotArea, plotWidth, rightTimeScale, type Tick } from '../plots/axes.ts'
import { drawing, figure, legend, linePath, stroke } from '../plots/drawing.ts'
import { drawable, durationText, largest } from '../text.ts'
import { boundsOf, type SeriesPoint } from './thin-series.ts'

const area: PlotArea = { left: 60, top: 34, right: plotWidth - 12, bottom: 250 }
const height = 296

/** Bands per factor of ten, as in `RunSeries`. */
const bandsPerDecade = 8
/** Number of shades of a cell, the lightest first. */
const shades = 5

function timeOfBand(band: number): number {
  return 10 ** (band / bandsPerDecade)
}

/**
 * Heat map of attempt durations over the time of the run. Darker cells have more attempts; lines have a gap where
 * there were none.
 */
export function heatMap(points: readonly SeriesPoint[]): Markup {
  const [fromMs, toMs] = boundsOf(points)
  const x = rightTimeScale(area, toMs, fromMs)
  const { place, ticks } = upLogScale(points)
  const pathOf = (of: (point: SeriesPoint) => number | undefined): string =>
    linePath(
      points.map((point) => {
        const ms = of(point)
        return ms === undefined ? undefined : [x.place((point.fromMs + point.toMs) / 2), place(ms)]
      }),
    )
  const hasCells = points.some(({ times }) => times.size > 0)
  return figure(
    markup`<strong>How long one attempt takes.</strong> ${hasCells ? 'Darker: more attempts.' : 'Gaps: no attempts.'}`,
    drawing({
      title: 'Times of the attempts over the time of the run, with their percentiles',
      description: describe(points),
      width: plotWidth,
      height,
      time: { area, fromMs, toMs },
      content: markup`${cells(points, x.place, place)}${leftAxis(area, ticks, '')}${bottomAxis(area, x.ticks, x.unit.name)}${stroke(
        'thin second',
        pathOf(({ p50Ms }) => p50Ms),
      )}${stroke(
        'thin main',
        pathOf(({ p95Ms }) => p95Ms),
      )}${stroke(
        'thin bound',
        pathOf(({ p99Ms }) => p99Ms),
      )}`,
    }),
    legend([
      ...(points.some(({ p99Ms }) => p99Ms !== undefined)
        ? [{ sign: markup`<path class="line thin bound" d="M1,7h24"/>`, text: 'p99' }]
        : []),
      { sign: markup`<path class="line thin main" d="M1,7h24"/>`, text: 'p95' },
      { sign: markup`<path class="line thin second" d="M1,7h24"/>`, text: 'p50' },
    ]),
  )
}

/** Vertical logarithmic scale from the shortest to the longest drawn time. */
function upLogScale(points: readonly SeriesPoint[]): { place: (ms: number) => number; ticks: Tick[] } {
  const bands = points.flatMap(({ times }) => [...times.keys()])
  const lines = points.flatMap(({ p50Ms, p95Ms, p99Ms }) => [p50Ms, p95Ms, p99Ms].filter((ms) => ms !== undefined))
  const ends = [...lines, ...bands.map(timeOfBand), ...bands.map((band) => timeOfBand(band - 1))]
  const least = Math.max(
    0.01,
    ends.reduce((low, ms) => Math.min(low, ms), Number.POSITIVE_INFINITY),
  )
  const from = Number.isFinite(least) ? least : 1
  const to = Math.max(2 * from, largest(ends))
  const scale = scaleLog([from, to], [area.bottom, area.top])
  const decades = Math.log10(to / from)
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7]
  const ticks: Tick[] = []
  for (let decade = Math.floor(Math.log10(from)); decade <= Math.log10(to); decade++) {
    for (const step of steps) {
      const ms = step * 10 ** decade
      if (ms >= from && ms <= to) ticks.push({ position: scale(ms), label: tickText(ms) })
    }
  }
  return { place: (ms) => scale(Math.min(to, Math.max(from, ms))), ticks }
}

function tickText(milliseconds: number): string {
  const [amount, unit] = milliseconds < 1_000 ? [milliseconds, 'ms'] : [milliseconds / 1_000, 's']
  return `${Number(amount.toPrecision(2))} ${unit}`
}

/** Cells, with one path per shade. */
function cells(points: readonly SeriesPoint[], x: (ms: number) => number, y: (ms: number) => number): Markup[] {
  const most = largest(points.flatMap(({ times }) => [...times.values()]))
  const paths = Array.from({ length: shades }, () => '')
  for (const { fromMs, toMs, times } of points) {
    for (const [band, count] of times) {
      const share = Math.sqrt((drawable(count) ?? 0) / most)
      const shade = Math.min(shades - 1, Math.floor(share * shades))
      const [top, bottom] = [y(timeOfBand(band)), y(timeOfBand(band - 1))]
      paths[shade] += `M${at(x(fromMs))},${at(top)}H${at(x(toMs))}V${at(bottom)}H${at(x(fromMs))}Z`
    }
  }
  return paths.flatMap((path, shade) =>
    path === '' ? [] : [markup`<path class="heat heat-${shade + 1}" d="${path}"/>\n`],
  )
}

function describe(points: readonly SeriesPoint[]): string {
  const known = points.filter(({ p95Ms }) => p95Ms !== undefined)
  if (known.length === 0) return 'There is nothing to show.'
  return `The highest 95th percentile is ${durationText(largest(known.map(({ p95Ms }) => p95Ms)))}, the highest median ${durationText(largest(known.map(({ p50Ms }) => p50Ms)))}.`
}
