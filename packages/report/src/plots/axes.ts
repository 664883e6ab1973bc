import { type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog } from 'd3-scale'
import { type Markup, markup } from '../markup.ts'
import { countText } from '../text.ts'

/** Area of a drawing that contains the data, in units of the drawing. */
export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Width of a drawing that shares a row on wide screens. */
export const plotWidth = 480
/** Width of a drawing that takes the whole page. */
export const wideWidth = 960

/** Upper bound of the average letter width, for text 13 to 14 units high. */
export const letterWidth = 7.5

/** Rounds a position in a drawing to a tenth of a unit, which is finer than any screen. */
export function at(position: number): number {
  return Number.isFinite(position) ? Math.round(position * 10) / 10 : 0
}

/** Position on an axis, and its label. */
export interface Tick {
  readonly position: number
  readonly label: string
  /** True to keep the label if there is not enough room for all. */
  readonly isKept?: boolean
}

/** Left axis: grid lines with their labels at the left, and the name of the axis above. */
export function leftAxis(area: PlotArea, ticks: readonly Tick[], name: string): Markup {
  const { left, right, top } = area
  return markup`<g class="axis">${ticks.map(
    ({ position, label }) =>
      markup`<path class="grid" d="M${at(left)},${at(position)}H${at(right)}"/><text x="${at(left - 7)}" y="${at(position + 4.5)}" text-anchor="end">${label}</text>`,
  )}<text class="axis-name" x="0" y="${at(top - 16)}">${name}</text></g>\n`
}

/** Bottom axis: a line with non-overlapping ticks, and the name of the axis below. */
export function bottomAxis(area: PlotArea, ticks: readonly Tick[], name: string): Markup {
  const { left, right, bottom } = area
  return markup`<g class="axis"><path class="base" d="M${at(left)},${at(bottom)}H${at(right)}"/>${withoutOverlaps(
    ticks,
  ).map(
    ({ position, label }) =>
      markup`<path class="base" d="M${at(position)},${at(bottom)}v5"/><text x="${at(position)}" y="${at(bottom + 19)}" text-anchor="middle">${label}</text>`,
  )}<text class="axis-name" x="${at((left + right) / 2)}" y="${at(bottom + 39)}" text-anchor="middle">${name}</text></g>\n`
}

/** Drops ticks whose labels would overlap. Those marked as kept take precedence, then those at the end. */
function withoutOverlaps(ticks: readonly Tick[]): Tick[] {
  const kept: Tick[] = []
  const byWeight = ticks.toReversed().sort((a, b) => Number(b.isKept ?? false) - Number(a.isKept ?? false))
  for (const tick of byWeight) if (kept.every((other) => haveRoom(tick, other))) kept.push(tick)
  return kept
}

function haveRoom(one: Tick, other: Tick): boolean {
  const letters = (one.label.length + other.label.length) / 2
  return Math.abs(one.position - other.position) >= letterWidth * letters + 6
}

/** Unit of a time axis, chosen so that its ticks are round. */
interface TimeUnit {
  readonly name: string
  readonly milliseconds: number
}

const units: readonly (TimeUnit & { readonly upTo: number })[] = [
  { name: 'milliseconds', milliseconds: 1, upTo: 2_000 },
  { name: 'seconds', milliseconds: 1_000, upTo: 600_000 },
  { name: 'minutes', milliseconds: 60_000, upTo: 4 * 3_600_000 },
  { name: 'hours', milliseconds: 3_600_000, upTo: 4 * 86_400_000 },
  { name: 'days', milliseconds: 86_400_000, upTo: Number.POSITIVE_INFINITY },
]

/** Unit for a time axis that ends at `most` milliseconds. */
function timeUnitFor(most: number): TimeUnit {
  return units.find(({ upTo }) => most < upTo) ?? units[0]!
}

/** Vertical scale from zero to a round number at or above `most`. */
export function upScale(area: PlotArea, most: number): ScaleLinear<number, number> {
  return scaleLinear([0, most > 0 ? most : 1], [area.bottom, area.top]).nice(4)
}

/** Ticks of a vertical scale, labelled with plain numbers. */
export function upTicks(scale: ScaleLinear<number, number>): Tick[] {
  const format = scale.tickFormat(4)
  return scale.ticks(4).map((value) => ({ position: scale(value), label: format(value) }))
}

/** Vertical time scale from zero to a round time at or above `most` milliseconds, with its ticks. */
export function upTimeScale(area: PlotArea, most: number): TimeAxis {
  const unit = timeUnitFor(most)
  const scale = upScale(area, most / unit.milliseconds)
  return { unit, place: (milliseconds) => scale(milliseconds / unit.milliseconds), ticks: upTicks(scale) }
}

/** Positions for times, and ticks in a suitable unit. */
export interface TimeAxis {
  readonly unit: TimeUnit
  readonly place: (milliseconds: number) => number
  readonly ticks: readonly Tick[]
}

/** Horizontal time scale from `from` to `most` milliseconds. */
export function rightTimeScale({ left, right }: PlotArea, most: number, from = 0): TimeAxis {
  const unit = timeUnitFor(most)
  const start = from / unit.milliseconds
  const scale = scaleLinear([start, most > from ? most / unit.milliseconds : start + 1], [left, right])
  const count = Math.max(2, Math.round((right - left) / 90))
  const format = scale.tickFormat(count)
  const ticks = scale.ticks(count).map((value) => ({ position: scale(value), label: format(value) }))
  return { unit, place: (milliseconds) => scale(milliseconds / unit.milliseconds), ticks }
}

/** Horizontal base-2 logarithmic scale from a concurrency of one to `most`. */
export function atOnceScale({ left, right }: PlotArea, most: number): ScaleLogarithmic<number, number> {
  return scaleLog([1, Math.max(2, most)], [left + 14, right - 14]).base(2)
}

/** Ticks for all measured concurrencies; the label of the sweet spot is always kept. */
export function atOnceTicks(
  scale: ScaleLogarithmic<number, number>,
  levels: readonly number[],
  sweetSpot: number | undefined,
): Tick[] {
  return Array.from(new Set(levels))
    .sort((a, b) => a - b)
    .map((level) => ({ position: scale(level), label: countText(level), isKept: level === sweetSpot }))
}
