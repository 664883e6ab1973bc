import { type Markup, markup, type Part } from './markup.ts'

/** Scrolls what is too wide for the page, with the keyboard too. */
export function scrollBox(name: string, content: Part): Markup {
  return markup`<div class="scroll" role="group" tabindex="0" aria-label="${name}">${content}</div>\n`
}
