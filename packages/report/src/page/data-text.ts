import { cleanText } from '../text/clean-text.ts'
import { type Markup, markup } from './markup.ts'

/** Text that comes from elsewhere, for the body of a page: cleaned, cut, and isolated in its direction. */
export function dataText(text: unknown, length?: number): Markup {
  return markup`<bdi>${cleanText(text, length)}</bdi>`
}

/** The same in the letters of a machine: an address, a code, a message. */
export function dataCode(text: unknown, length?: number): Markup {
  return markup`<code><bdi>${cleanText(text, length)}</bdi></code>`
}
