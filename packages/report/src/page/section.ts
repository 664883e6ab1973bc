import { type Markup, markup, type Part } from './markup.ts'

/** A part of a page under its own heading. */
export function section(heading: string, ...content: readonly Part[]): Markup {
  return markup`<section><h2>${heading}</h2>\n${content}</section>\n`
}

/** What not everybody wants to see at once. */
export function details(summary: string, ...content: readonly Part[]): Markup {
  return markup`<details><summary>${summary}</summary>\n${content}</details>\n`
}
