import { type Markup, markup } from '../page/markup.ts'
import { countText } from '../text/numbers.ts'
import { at, letterWidth, type PlotArea } from './plot-area.ts'

/** A line down through the drawing where the best number at once is, with its name above, and a ring around its point. */
export function sweetSpotMark(area: PlotArea, concurrency: number, x: number, y: number | undefined): Markup {
  const label = `best: ${countText(concurrency)} at once`
  const half = (letterWidth * label.length) / 2
  const middle = Math.min(Math.max(x, area.left + half), area.right - half)
  return markup`<g class="spot"><path d="M${at(x)},${at(area.top)}V${at(area.bottom)}"/>${
    y === undefined ? undefined : markup`<circle cx="${at(x)}" cy="${at(y)}" r="10"/>`
  }<text x="${at(middle)}" y="${at(area.top - 5)}" text-anchor="middle">${label}</text></g>\n`
}
