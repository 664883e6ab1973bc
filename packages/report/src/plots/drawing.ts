import { type Markup, markup, type Part } from '../page/markup.ts'
import { scrollBox } from '../page/scroll-box.ts'
import { wideWidth } from './plot-area.ts'

export interface DrawingParts {
  readonly title: string
  /** What is to be seen, for those who do not see it. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly content: Part
}

/** A drawing with its name and what it shows. It keeps a size at which its texts can be read, and scrolls in its box. */
export function drawing({ title, description, width, height, content }: DrawingParts): Markup {
  const size = width >= wideWidth ? 'plot wide' : 'plot'
  return scrollBox(
    title,
    markup`<svg class="${size}" viewBox="0 0 ${width} ${Math.ceil(height)}" role="img"><title>${title}</title><desc>${description}</desc>
${content}</svg>`,
  )
}

/** A sign in a legend, and what it stands for. */
export interface LegendEntry {
  /** Drawn in a box of 26 by 14 units. */
  readonly sign: Markup
  readonly text: Part
}

/** What the signs of a drawing mean. */
export function legend(entries: readonly LegendEntry[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ sign, text }) =>
      markup`<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">${sign}</svg>${text}</li>`,
  )}</ul>\n`
}

/** A drawing, its legend and its figures, under one caption. */
export function figure(caption: Part, ...content: readonly Part[]): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>\n${content}</figure>\n`
}
