import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { type Markup, markup } from '../markup.ts'
import {
  at,
  atOnceScale,
  atOnceTicks,
  bottomAxis,
  leftAxis,
  type PlotArea,
  plotWidth,
  upScale,
  upTicks,
  upTimeScale,
} from '../plots/axes.ts'
import {
  byNumber,
  drawing,
  figure,
  legend,
  linePath,
  mark,
  type NumberPoint,
  stroke,
  sweetSpotMark,
  whisker,
} from '../plots/drawing.ts'
import { countText, drawable, durationText, largest, rateText } from '../text.ts'
import { keyRows } from './words.ts'

const area: PlotArea = { left: 52, top: 46, right: plotWidth - 10, bottom: 270 }
const height = 318
/** Factor over the unloaded latency that is drawn as a bound. */
const slowestFactor = 2

/** Plot of latency by concurrency, with a line at twice the unloaded latency. */
export function latencyPlot(report: BenchmarkReport): Markup {
  const { ladder, auto, best } = keyRows(report)
  const points = ladder.filter((row) => canBeDrawn(row))
  const shownAuto = auto !== undefined && auto.concurrency >= 1 && canBeDrawn(auto) ? auto : undefined
  const drawn = shownAuto === undefined ? points : [...points, shownAuto]
  const unloaded = points[0]
  const bound = unloaded === undefined ? undefined : slowestFactor * unloaded.p95Ms
  const x = atOnceScale(area, largest(drawn.map(({ concurrency }) => concurrency)))
  const { unit, place, ticks } = upTimeScale(area, 1.08 * largest([...drawn.map(({ p95Ms }) => p95Ms), bound]))
  const pathOf = (of: (row: BenchmarkRow) => number): string =>
    curve(
      points.map((row) => ({ count: row.concurrency, value: of(row) })),
      x,
      place,
    )

  return figure(
    markup`<strong>How long one request takes.</strong> Above twice the unloaded 95th percentile, requests wait for each other.`,
    drawing({
      title: 'Time of one request against the number of requests at once',
      description: describeLatency(points, bound),
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

/** Path through these points on a base-2 logarithmic axis. */
function curve(points: readonly NumberPoint[], x: (count: number) => number, y: (value: number) => number): string {
  return linePath(byNumber(points).map(({ count, value }) => [x(count), y(value)]))
}

function canBeDrawn({ concurrency, p50Ms, p95Ms }: BenchmarkRow): boolean {
  return [concurrency, p50Ms, p95Ms].every((number) => drawable(number) !== undefined)
}

function describeLatency(points: readonly BenchmarkRow[], bound: number | undefined): string {
  if (points.length === 0) return 'There is nothing to show.'
  const list = points
    .map(({ concurrency, p95Ms }) => `${durationText(p95Ms)} with ${countText(concurrency)}`)
    .join(', ')
  return `The 95th percentile is ${list} at once. Twice the unloaded one is ${durationText(bound ?? Number.NaN)}.`
}

/** Plot of throughput by concurrency, with a line for the ideal without any limit. */
export function throughputPlot(report: BenchmarkReport): Markup {
  const { ladder, reused, auto, best } = keyRows(report)
  const sequential = report.rows.find(({ mode }) => mode === 'sequential')
  const drawn = report.rows.filter(({ concurrency }) => (drawable(concurrency) ?? 0) >= 1)
  const x = atOnceScale(area, largest(drawn.map(({ concurrency }) => concurrency)))
  const y = upScale(area, 1.25 * largest(drawn.flatMap(({ rps, rpsRange }) => [rps, ...rpsRange])))
  const place = ({ concurrency }: BenchmarkRow): number => x(concurrency)
  const points = ladder.filter((row) => drawable(row.rps) !== undefined && drawn.includes(row))
  const pointOf = (
    row: BenchmarkRow | undefined,
    shape: 'circle' | 'diamond' | 'square',
    name: string,
    lines: string,
  ) =>
    row === undefined || !drawn.includes(row) || drawable(row.rps) === undefined
      ? undefined
      : [rangeOf(row, place(row), y, lines), mark(shape, name, place(row), y(row.rps))]
  const unhindered = reused === undefined ? undefined : drawable(reused.rps)
  const [least, most] = [x.domain()[0]!, x.domain()[1]!]
  const top = y.domain()[1]!
  const ideal = unhindered ? idealPath(unhindered, Math.min(most, top / unhindered)) : ''

  return figure(
    markup`<strong>Throughput by concurrency.</strong> Where the line leaves the dotted one, more concurrency no longer helps in full.`,
    drawing({
      title: 'Throughput against the number of requests at once',
      description: describeThroughput(points, best),
      width: plotWidth,
      height,
      content: markup`${leftAxis(area, upTicks(y), 'requests per second')}${bottomAxis(
        area,
        atOnceTicks(
          x,
          points.map(({ concurrency }) => concurrency),
          best?.concurrency,
        ),
        'requests at once',
      )}${stroke('ideal', ideal)}${stroke(
        'main',
        curve(
          points.map(({ concurrency, rps }) => ({ count: concurrency, value: rps })),
          x,
          y,
        ),
      )}
${pointOf(sequential, 'square', 'sequential', 'sequential-line')}${points.map((row) => pointOf(row, 'circle', 'point', 'main'))}${pointOf(auto, 'diamond', 'auto', 'auto-line')}
${best === undefined || !drawn.includes(best) ? undefined : sweetSpotMark(area, best.concurrency, place(best), drawable(best.rps) === undefined ? undefined : y(best.rps))}`,
    }),
    legend([
      {
        sign: markup`<path class="line main" d="M1,7h24"/>${mark('circle', 'point', 13, 7)}`,
        text: 'measured; the whiskers are all rounds',
      },
      ...(ideal === '' ? [] : [{ sign: markup`<path class="line ideal" d="M1,7h24"/>`, text: 'ideal: no limit' }]),
      ...(sequential === undefined ? [] : [{ sign: mark('square', 'sequential', 13, 7), text: 'sequential' }]),
      ...(auto === undefined ? [] : [{ sign: mark('diamond', 'auto', 13, 7), text: 'auto' }]),
    ]),
  )

  function idealPath(rate: number, until: number): string {
    if (!(until > least)) return ''
    return curve(
      [least, until].map((count) => ({ count, value: rate * count })),
      x,
      y,
    )
  }
}

function rangeOf(
  { rounds, rpsRange: [from, to] }: BenchmarkRow,
  x: number,
  y: (rps: number) => number,
  name: string,
): Markup | undefined {
  if (!(rounds > 1) || drawable(from) === undefined || drawable(to) === undefined) return undefined
  return whisker(name, x, y(from), y(to))
}

function describeThroughput(points: readonly BenchmarkRow[], best: BenchmarkRow | undefined): string {
  if (points.length === 0) return 'There is nothing to show.'
  const list = points.map(({ concurrency, rps }) => `${rateText(rps)}/s with ${countText(concurrency)}`).join(', ')
  return `${list} at once.${best === undefined ? '' : ` The best number at once is ${countText(best.concurrency)}.`}`
}
