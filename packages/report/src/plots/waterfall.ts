import type { WaterfallBar } from 'sluice/internal'
import { type Markup, markup } from '../markup.ts'
import { countText, drawable } from '../text.ts'
import { at, bottomAxis, letterWidth, type PlotArea, rightTimeScale } from './axes.ts'
import { drawing, type LegendEntry } from './drawing.ts'

/** Bar of a benchmark or a run. */
export type DrawnBar = WaterfallBar & { readonly backoffMs?: number }

/** Maximum number of bars. */
export const maxBars = 200

export interface WaterfallParts {
  readonly title: string
  readonly description: string
  readonly bars: readonly DrawnBar[]
  /** End of the time scale in milliseconds; drawings with the same end can be compared. */
  readonly untilMs: number
  readonly width: number
  /** Unit of a bar: `request` or `call`. */
  readonly of?: string
  /** Height per bar, if it should exceed the height that fits. */
  readonly pitch?: number
}

/** Target height of all bars together. */
const usualHeight = 440
/** Minimum visible length. */
const minVisible = 0.1

/**
 * Requests from top to bottom in the order in which they started, with time to the right. A thin line is the wait in
 * the local queue, a half-high block connecting, a full block the wait for the first byte, a hatched block the rest;
 * failures end with a cross.
 */
export function waterfall({ title, description, bars, untilMs, width, pitch, of = 'request' }: WaterfallParts): Markup {
  const shown = bars.slice(0, maxBars)
  const step = pitch ?? Math.min(16, Math.max(2.6, usualHeight / Math.max(1, shown.length)))
  const top = 24
  const area: PlotArea = { left: 46, right: width - 18, top, bottom: top + Math.max(24, step * shown.length) + 6 }
  const { unit, place, ticks } = rightTimeScale(area, untilMs)
  return drawing({
    title,
    description,
    width,
    height: area.bottom + 46,
    content: markup`<g class="axis">${ticks.map(
      ({ position }) => markup`<path class="grid" d="M${at(position)},${at(top)}V${at(area.bottom)}"/>`,
    )}<text class="axis-name" x="0" y="13">${of}</text>${numbersOf(shown, top + 3, step)}</g>
<g class="bars">${barPaths(shown, top + 3, step, place)}</g>
${bottomAxis(area, ticks, unit.name)}`,
  })
}

/** End of the last bar in milliseconds. */
export function endOf(bars: readonly DrawnBar[]): number {
  const ends = bars.slice(0, maxBars).map((bar) => partsOf(bar).reduce((end, { ms }) => end + ms, startOf(bar)))
  return Math.max(0, ...ends)
}

/** Legend of a waterfall. */
export function waterfallLegend(withBackoff: boolean = false): LegendEntry[] {
  const part = (name: string, y: number, height: number) =>
    markup`<rect class="${name}" x="1" y="${y}" width="24" height="${height}"/>`
  return [
    { sign: part('queued', 5.5, 3), text: 'waiting in the local queue' },
    ...(withBackoff ? [{ sign: part('backoff', 2, 10), text: 'waiting between attempts' }] : []),
    { sign: part('connect', 4, 6), text: 'connecting' },
    { sign: part('first-byte', 2, 10), text: 'waiting for the first byte' },
    { sign: part('body', 2, 10), text: 'reading the rest' },
    { sign: markup`<path class="cross" d="M9,3l8,8m0,-8l-8,8"/>`, text: 'failed' },
  ]
}

interface BarPart {
  readonly name: string
  readonly ms: number
  /** Share of the height of a bar. */
  readonly thickness: number
}

function partsOf({ queuedMs, backoffMs, connectMs, firstByteMs, bodyMs }: DrawnBar): BarPart[] {
  return [
    { name: 'queued', ms: drawable(queuedMs) ?? 0, thickness: 0.25 },
    { name: 'backoff', ms: drawable(backoffMs) ?? 0, thickness: 0.9 },
    { name: 'connect', ms: drawable(connectMs) ?? 0, thickness: 0.5 },
    { name: 'first-byte', ms: drawable(firstByteMs) ?? 0, thickness: 1 },
    { name: 'body', ms: drawable(bodyMs) ?? 0, thickness: 1 },
  ]
}

function startOf({ startMs }: DrawnBar): number {
  return drawable(startMs) ?? 0
}

/** Parts of all bars, one path per kind, and crosses on failed requests. */
function barPaths(bars: readonly DrawnBar[], top: number, step: number, place: (ms: number) => number): Markup[] {
  const full = Math.max(1.8, step * 0.78)
  const paths = new Map<string, string>()
  const add = (name: string, path: string): void => void paths.set(name, (paths.get(name) ?? '') + path)
  for (const [index, bar] of bars.entries()) {
    const y = top + index * step
    let ms = startOf(bar)
    const parts = partsOf(bar)
    const isSeen = ({ ms: length }: BarPart): boolean => place(length) - place(0) >= minVisible
    // A bar without a visible part still gets a mark.
    if (!parts.some(isSeen)) add('first-byte', box(place(ms), y, 0.8, full))
    for (const part of parts) {
      const height = Math.max(0.8, full * part.thickness)
      if (isSeen(part)) add(part.name, box(place(ms), y + (full - height) / 2, place(part.ms) - place(0), height))
      ms += part.ms
    }
    if (bar.ok) continue
    const size = at(Math.min(8, Math.max(4, full)))
    add('cross', `M${at(place(ms) + 3)},${at(y + (full - size) / 2)}l${size},${size}m0,-${size}l-${size},${size}`)
  }
  return Array.from(paths, ([name, path]) => markup`<path class="${name}" d="${path}"/>\n`)
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${at(x)},${at(y)}h${at(width)}v${at(height)}h-${at(width)}z`
}

/** Numbers of the first bar and of some others, counted from one. */
function numbersOf(bars: readonly DrawnBar[], top: number, step: number): Markup[] {
  const every = [1, 2, 5, 10, 20, 25, 50, 100].find((count) => count * step >= 26) ?? 100
  return bars.flatMap((_, index) => {
    const number = index + 1
    const isLabelled = number === 1 || (number % every === 0 && (number - 1) * step >= 16)
    if (!isLabelled) return []
    return [
      markup`<text x="${at(6 * letterWidth - 7)}" y="${at(top + index * step + step / 2 + 4)}" text-anchor="end">${countText(number)}</text>`,
    ]
  })
}
