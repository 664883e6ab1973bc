import { type Markup, markup, type Part } from '../markup.ts'
import { scrollBox } from '../page/parts.ts'
import { countText } from '../text.ts'
import { at, letterWidth, type PlotArea, wideWidth } from './axes.ts'

export interface DrawingParts {
  readonly title: string
  /** Description of the drawing for screen readers. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly content: Part
  /** Time axis of the drawing, for a page with a script that shows the values at a time, and zooms. */
  readonly time?: { readonly area: PlotArea; readonly fromMs: number; readonly toMs: number }
}

/** Drawing with a title and a description. It keeps a legible size, and scrolls in its box. */
export function drawing({ title, description, width, height, content, time }: DrawingParts): Markup {
  const axis =
    time === undefined
      ? undefined
      : markup` data-time="${[time.fromMs, time.toMs, time.area.left, time.area.right, time.area.top, time.area.bottom].map(at).join(' ')}"`
  const size = width >= wideWidth ? 'plot wide' : 'plot'
  return scrollBox(
    title,
    markup`<svg class="${size}" viewBox="0 0 ${width} ${Math.ceil(height)}"${axis} role="img"><title>${title}</title><desc>${description}</desc>
${content}</svg>`,
  )
}

/** Symbol in a legend, and its meaning. */
export interface LegendEntry {
  /** Symbol, drawn in a box of 26 by 14 units. */
  readonly sign: Markup
  readonly text: Part
}

/** Legend of a drawing. */
export function legend(entries: readonly LegendEntry[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ sign, text }) =>
      markup`<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">${sign}</svg>${text}</li>`,
  )}</ul>\n`
}

/** Drawing with its legend and figures, under one caption. */
export function figure(caption: Part, ...content: readonly Part[]): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>\n${content}</figure>\n`
}

/** Shape of a mark. Each mode and each quantity has its own, so that colours need not be distinguished. */
export type Shape = 'circle' | 'square' | 'diamond' | 'triangle'

/** Mark centred on (x, y); `name` is the class that sets its colour. */
export function mark(shape: Shape, name: string, x: number, y: number): Markup {
  const [cx, cy] = [at(x), at(y)]
  switch (shape) {
    case 'circle':
      return markup`<circle class="${name}" cx="${cx}" cy="${cy}" r="4.5"/>`
    case 'square':
      return markup`<path class="${name}" d="M${at(x - 4)},${at(y - 4)}h8v8h-8z"/>`
    case 'diamond':
      return markup`<path class="${name}" d="M${cx},${at(y - 6.5)}l6.5,6.5l-6.5,6.5l-6.5,-6.5z"/>`
    case 'triangle':
      return markup`<path class="${name}" d="M${cx},${at(y - 5.5)}l5.5,10h-11z"/>`
  }
}

/** Whisker from the lowest to the highest measured value. */
export function whisker(name: string, x: number, from: number, to: number): Markup {
  const low = at(Math.max(from, to))
  const high = at(Math.min(from, to))
  return markup`<path class="whisker ${name}" d="M${at(x - 4)},${low}h8M${at(x - 4)},${high}h8M${at(x)},${low}V${high}"/>`
}

/** Path data of a line through these points. The line has a gap where a point is missing. */
export function linePath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  const isGap = (index: number): boolean => points[index] === undefined
  return points
    .map((point, index) => {
      if (point === undefined) return ''
      const start = isGap(index - 1) ? 'M' : 'L'
      // The path of an isolated point is closed, so that its round cap is drawn.
      return `${start}${at(point[0])},${at(point[1])}${isGap(index - 1) && isGap(index + 1) ? 'Z' : ''}`
    })
    .join('')
}

/** Line with this path; undefined if the path is empty. */
export function stroke(name: string, path: string): Markup | undefined {
  return path === '' ? undefined : markup`<path class="line ${name}" d="${path}"/>`
}

/** Vertical line at the best concurrency, labelled above, with a ring around its point. */
export function sweetSpotMark(area: PlotArea, concurrency: number, x: number, y: number | undefined): Markup {
  const label = `best: ${countText(concurrency)} at once`
  const half = (letterWidth * label.length) / 2
  const middle = Math.min(Math.max(x, area.left + half), area.right - half)
  return markup`<g class="spot"><path d="M${at(x)},${at(area.top)}V${at(area.bottom)}"/>${
    y === undefined ? undefined : markup`<circle cx="${at(x)}" cy="${at(y)}" r="10"/>`
  }<text x="${at(middle)}" y="${at(area.top - 5)}" text-anchor="middle">${label}</text></g>\n`
}

/** Value at a concurrency. */
export interface NumberPoint {
  readonly count: number
  readonly value: number
}

/** Segments between two points, enough for a smooth curve. */
const pieces = 16

/**
 * Interpolates linearly between the points. On a logarithmic axis the result is a curve; straight segments there would
 * lie above values that cannot be exceeded.
 */
export function byNumber(points: readonly NumberPoint[]): NumberPoint[] {
  return points.flatMap((from, index) => {
    const to = points[index + 1]
    if (to === undefined || !(to.count > from.count) || !(from.count > 0)) return [from]
    return Array.from({ length: pieces }, (_, piece) => {
      const count = from.count * (to.count / from.count) ** (piece / pieces)
      const share = (count - from.count) / (to.count - from.count)
      return { count, value: from.value + share * (to.value - from.value) }
    })
  })
}
