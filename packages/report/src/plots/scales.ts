import { type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog } from 'd3-scale'
import { countText } from '../text/numbers.ts'
import type { Tick } from './axis.ts'
import type { PlotArea } from './plot-area.ts'
import { type TimeUnit, timeUnitFor } from './time-unit.ts'

/** Upwards from zero to a round number at or above `most`. */
export function upScale(area: PlotArea, most: number): ScaleLinear<number, number> {
  return scaleLinear([0, most > 0 ? most : 1], [area.bottom, area.top]).nice(4)
}

/** Its ticks, as plain numbers. */
export function upTicks(scale: ScaleLinear<number, number>): Tick[] {
  const format = scale.tickFormat(4)
  return scale.ticks(4).map((value) => ({ position: scale(value), label: format(value) }))
}

/** Upwards from zero milliseconds to a round time, with its ticks. */
export function upTimeScale(area: PlotArea, most: number): TimeAxis {
  const unit = timeUnitFor(most)
  const scale = upScale(area, most / unit.milliseconds)
  return { unit, place: (milliseconds) => scale(milliseconds / unit.milliseconds), ticks: upTicks(scale) }
}

/** Places for times, and their ticks in a unit that fits. */
export interface TimeAxis {
  readonly unit: TimeUnit
  readonly place: (milliseconds: number) => number
  readonly ticks: readonly Tick[]
}

/** To the right from zero to `most` milliseconds. */
export function rightTimeScale({ left, right }: PlotArea, most: number): TimeAxis {
  const unit = timeUnitFor(most)
  const scale = scaleLinear([0, most > 0 ? most / unit.milliseconds : 1], [left, right])
  const count = Math.max(2, Math.round((right - left) / 90))
  const format = scale.tickFormat(count)
  const ticks = scale.ticks(count).map((value) => ({ position: scale(value), label: format(value) }))
  return { unit, place: (milliseconds) => scale(milliseconds / unit.milliseconds), ticks }
}

/** To the right by doublings, from one at once to `most`. */
export function atOnceScale({ left, right }: PlotArea, most: number): ScaleLogarithmic<number, number> {
  return scaleLog([1, Math.max(2, most)], [left + 14, right - 14]).base(2)
}

/** A tick for each level that was measured; that of the sweet spot is written in any case. */
export function atOnceTicks(
  scale: ScaleLogarithmic<number, number>,
  levels: readonly number[],
  sweetSpot: number | undefined,
): Tick[] {
  return Array.from(new Set(levels))
    .sort((a, b) => a - b)
    .map((level) => ({ position: scale(level), label: countText(level), isKept: level === sweetSpot }))
}
