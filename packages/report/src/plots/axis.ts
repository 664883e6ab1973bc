import { type Markup, markup } from '../page/markup.ts'
import { at, letterWidth, type PlotArea } from './plot-area.ts'

/** A place on an axis, and what is written there. */
export interface Tick {
  readonly position: number
  readonly label: string
  /** Stays where there is not room for all. */
  readonly isKept?: boolean
}

/** Lines across the area, with their numbers at the left and what they count above. */
export function leftAxis(area: PlotArea, ticks: readonly Tick[], name: string): Markup {
  const { left, right, top } = area
  return markup`<g class="axis">${ticks.map(
    ({ position, label }) =>
      markup`<path class="grid" d="M${at(left)},${at(position)}H${at(right)}"/><text x="${at(left - 7)}" y="${at(position + 4.5)}" text-anchor="end">${label}</text>`,
  )}<text class="axis-name" x="0" y="${at(top - 16)}">${name}</text></g>\n`
}

/** A line at the bottom, with ticks that leave each other room, and what they count below. */
export function bottomAxis(area: PlotArea, ticks: readonly Tick[], name: string): Markup {
  const { left, right, bottom } = area
  return markup`<g class="axis"><path class="base" d="M${at(left)},${at(bottom)}H${at(right)}"/>${withRoom(ticks).map(
    ({ position, label }) =>
      markup`<path class="base" d="M${at(position)},${at(bottom)}v5"/><text x="${at(position)}" y="${at(bottom + 19)}" text-anchor="middle">${label}</text>`,
  )}<text class="axis-name" x="${at((left + right) / 2)}" y="${at(bottom + 39)}" text-anchor="middle">${name}</text></g>\n`
}

/** Without those whose label would touch another one: those that are to be kept go first, then the last ones. */
function withRoom(ticks: readonly Tick[]): Tick[] {
  const kept: Tick[] = []
  const byWeight = ticks.toReversed().sort((a, b) => Number(b.isKept ?? false) - Number(a.isKept ?? false))
  for (const tick of byWeight) if (kept.every((other) => haveRoom(tick, other))) kept.push(tick)
  return kept
}

function haveRoom(one: Tick, other: Tick): boolean {
  const letters = (one.label.length + other.label.length) / 2
  return Math.abs(one.position - other.position) >= letterWidth * letters + 6
}
