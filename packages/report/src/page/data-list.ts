import { countText } from '../text/numbers.ts'
import { type Markup, markup } from './markup.ts'

/** More than this nobody reads. */
const mostEntries = 100

/** A list of texts from elsewhere; what is too much is counted. */
export function dataList(texts: readonly string[], show: (text: string) => Markup): Markup {
  const left = texts.length - mostEntries
  return markup`<ul class="list">${texts.slice(0, mostEntries).map((text) => markup`<li>${show(text)}</li>\n`)}${
    left > 0 ? markup`<li>and ${countText(left)} more</li>` : undefined
  }</ul>`
}
