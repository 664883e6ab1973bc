import { type Markup, markup } from '@sluice/report/markup'
import {
  bottomAxis,
  countText,
  drawing,
  durationText,
  figure,
  leftAxis,
  legend,
  linePath,
  type PlotArea,
  plotWidth,
  rightTimeScale,
  stroke,
  type TimeRange,
  upScale,
  upTicks,
} from '@sluice/report/parts'
import type { FlightSeries } from '../live-run.ts'

const area: PlotArea = { left: 52, top: 34, right: plotWidth - 12, bottom: 210 }

/** Plot of the requests in flight over the time of the run, or a part of it, with their limit. */
export function flightPlot(flights: FlightSeries, range?: TimeRange): Markup {
  const { stepMs } = flights
  const first = Math.floor((range?.fromMs ?? 0) / stepMs)
  const end = range === undefined ? flights.inFlight.length : Math.ceil(range.toMs / stepMs)
  const [inFlight, limit] = [flights.inFlight.slice(first, end), flights.limit.slice(first, end)]
  const { fromMs, toMs } = range ?? { fromMs: 0, toMs: stepMs * inFlight.length }
  const x = rightTimeScale(area, toMs, fromMs)
  const y = upScale(area, 1.04 * Math.max(1, ...inFlight, ...limit))
  const pathOf = (values: readonly number[]): string =>
    linePath(
      values.map((value, step) => {
        const middleMs = (first + step + 0.5) * stepMs
        return [x.place(Math.min(toMs, Math.max(fromMs, middleMs))), y(value)]
      }),
    )
  return figure(
    markup`<strong>Requests in flight,</strong> at most in each step of ${durationText(stepMs)}.`,
    drawing({
      title: 'Requests in flight over the time of the run, and their limit',
      description: `At most ${countText(Math.max(0, ...inFlight))} were in flight; the limit is ${countText(limit.at(-1) ?? 0)} now.`,
      width: plotWidth,
      height: 256,
      time: { area, fromMs, toMs },
      content: markup`${leftAxis(area, upTicks(y), 'requests')}${bottomAxis(area, x.ticks, x.unit.name)}${stroke('thin second', pathOf(limit))}${stroke('thin main', pathOf(inFlight))}`,
    }),
    legend([
      { sign: markup`<path class="line thin main" d="M1,7h24"/>`, text: 'in flight' },
      { sign: markup`<path class="line thin second" d="M1,7h24"/>`, text: 'limit' },
    ]),
  )
}
