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
  upScale,
  upTicks,
} from '@sluice/report/parts'
import type { FlightSeries } from '../live-run.ts'

const area: PlotArea = { left: 52, top: 34, right: plotWidth - 12, bottom: 210 }

/** Plot of the requests in flight over the time of the run, with their limit. */
export function flightPlot({ stepMs, inFlight, limit }: FlightSeries): Markup {
  const x = rightTimeScale(area, stepMs * inFlight.length)
  const y = upScale(area, 1.04 * Math.max(1, ...inFlight, ...limit))
  const pathOf = (values: readonly number[]): string =>
    linePath(values.map((value, step) => [x.place((step + 0.5) * stepMs), y(value)]))
  return figure(
    markup`<strong>Requests in flight,</strong> at most in each step of ${durationText(stepMs)}.`,
    drawing({
      title: 'Requests in flight over the time of the run, and their limit',
      description: `At most ${countText(Math.max(0, ...inFlight))} were in flight; the limit is ${countText(limit.at(-1) ?? 0)} now.`,
      width: plotWidth,
      height: 256,
      content: markup`${leftAxis(area, upTicks(y), 'requests')}${bottomAxis(area, x.ticks, x.unit.name)}${stroke('thin second', pathOf(limit))}${stroke('thin main', pathOf(inFlight))}`,
    }),
    legend([
      { sign: markup`<path class="line thin main" d="M1,7h24"/>`, text: 'in flight' },
      { sign: markup`<path class="line thin second" d="M1,7h24"/>`, text: 'limit' },
    ]),
  )
}
