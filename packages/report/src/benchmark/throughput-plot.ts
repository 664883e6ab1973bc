import { line } from 'd3-shape'
import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { type Markup, markup } from '../page/markup.ts'
import { bottomAxis, leftAxis } from '../plots/axis.ts'
import { byNumber, type NumberPoint } from '../plots/by-number.ts'
import { drawing, figure, legend } from '../plots/drawing.ts'
import { mark, stroke, whisker } from '../plots/marks.ts'
import { type PlotArea, plotWidth } from '../plots/plot-area.ts'
import { atOnceScale, atOnceTicks, upScale, upTicks } from '../plots/scales.ts'
import { sweetSpotMark } from '../plots/sweet-spot-mark.ts'
import { countText, drawable, largest, rateText } from '../text/numbers.ts'
import { tellingRows } from './rows.ts'

const area: PlotArea = { left: 52, top: 46, right: plotWidth - 10, bottom: 270 }
const height = 318

/** Throughput against the number at once, beside what that many could reach if nothing held them back. */
export function throughputPlot(report: BenchmarkReport): Markup {
  const { ladder, reused, auto, best } = tellingRows(report)
  const sequential = report.rows.find(({ mode }) => mode === 'sequential')
  const drawn = report.rows.filter(({ concurrency }) => (drawable(concurrency) ?? 0) >= 1)
  const x = atOnceScale(area, largest(drawn.map(({ concurrency }) => concurrency)))
  const y = upScale(area, 1.25 * largest(drawn.flatMap(({ rps, rpsRange }) => [rps, ...rpsRange])))
  const place = ({ concurrency }: BenchmarkRow): number => x(concurrency)
  const points = ladder.filter((row) => drawable(row.rps) !== undefined && drawn.includes(row))
  const path = line<NumberPoint>(
    ({ count }) => x(count),
    ({ value }) => y(value),
  ).digits(1)
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
  const ideal = unhindered ? idealPath(unhindered, Math.min(most, top / unhindered)) : null

  return figure(
    markup`<strong>Throughput by the number at once.</strong> Where the line leaves the dotted one, more at once helps less than it could.`,
    drawing({
      title: 'Throughput against the number of requests at once',
      description: describe(points, best),
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
      )}${stroke('ideal', ideal)}${stroke('main', path(byNumber(points.map(({ concurrency, rps }) => ({ count: concurrency, value: rps })))))}
${pointOf(sequential, 'square', 'sequential', 'sequential-line')}${points.map((row) => pointOf(row, 'circle', 'point', 'main'))}${pointOf(auto, 'diamond', 'auto', 'auto-line')}
${best === undefined || !drawn.includes(best) ? undefined : sweetSpotMark(area, best.concurrency, place(best), drawable(best.rps) === undefined ? undefined : y(best.rps))}`,
    }),
    legend([
      {
        sign: markup`<path class="line main" d="M1,7h24"/>${mark('circle', 'point', 13, 7)}`,
        text: 'measured; the whiskers are all rounds',
      },
      ...(ideal === null
        ? []
        : [{ sign: markup`<path class="line ideal" d="M1,7h24"/>`, text: 'if nothing held it back' }]),
      ...(sequential === undefined ? [] : [{ sign: mark('square', 'sequential', 13, 7), text: 'sequential' }]),
      ...(auto === undefined ? [] : [{ sign: mark('diamond', 'auto', 13, 7), text: 'auto' }]),
    ]),
  )

  function idealPath(rate: number, until: number): string | null {
    if (!(until > least)) return null
    return path(byNumber([least, until].map((count) => ({ count, value: rate * count }))))
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

function describe(points: readonly BenchmarkRow[], best: BenchmarkRow | undefined): string {
  if (points.length === 0) return 'There is nothing to show.'
  const list = points.map(({ concurrency, rps }) => `${rateText(rps)}/s with ${countText(concurrency)}`).join(', ')
  return `${list} at once.${best === undefined ? '' : ` The best number at once is ${countText(best.concurrency)}.`}`
}
