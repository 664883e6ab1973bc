import { cleanText, type Markup, markup, type Part } from '../markup.ts'
import { countText } from '../text.ts'

/** Section of a page with a heading. */
export function section(heading: string, ...content: readonly Part[]): Markup {
  return markup`<section><h2>${heading}</h2>\n${content}</section>\n`
}

/** Content that is expanded by a click. */
export function details(summary: string, ...content: readonly Part[]): Markup {
  return markup`<details><summary>${summary}</summary>\n${content}</details>\n`
}

/** Box in which wide content scrolls, by keyboard too. */
export function scrollBox(name: string, content: Part): Markup {
  return markup`<div class="scroll" role="group" tabindex="0" aria-label="${name}">${content}</div>\n`
}

/** External text in the body of a page: cleaned, cut, and bidirectionally isolated. */
export function dataText(text: unknown, length?: number): Markup {
  return markup`<bdi>${cleanText(text, length)}</bdi>`
}

/** External text in a monospace font, for addresses, codes and messages. */
export function dataCode(text: unknown, length?: number): Markup {
  return markup`<code><bdi>${cleanText(text, length)}</bdi></code>`
}

/** Maximum number of entries shown. */
const maxEntries = 100

/** List of external texts; entries beyond the maximum are only counted. */
export function dataList(texts: readonly string[], show: (text: string) => Markup): Markup {
  const left = texts.length - maxEntries
  return markup`<ul class="list">${texts.slice(0, maxEntries).map((text) => markup`<li>${show(text)}</li>\n`)}${
    left > 0 ? markup`<li>and ${countText(left)} more</li>` : undefined
  }</ul>`
}

/** A highlighted figure. */
export interface Tile {
  readonly name: string
  readonly value: Part
  /** Previous value, or total. */
  readonly note?: Part
}

/** The most important figures, side by side. */
export function tiles(list: readonly Tile[]): Markup {
  return markup`<dl class="tiles">${list.map(
    ({ name, value, note }) =>
      markup`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? undefined : markup`<dd class="note">${note}</dd>`}</div>`,
  )}</dl>\n`
}

/** Column of a table: text is aligned left, numbers right. */
interface Column {
  readonly name: Part
  readonly kind?: 'text' | 'number' | 'bar'
}

/** Row of a table; its first cell is its name. */
interface Row {
  readonly cells: readonly Part[]
  /** True to highlight the row. */
  readonly isBest?: boolean
}

export interface TableParts {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /**
   * True to hide the caption from sight but not from screen readers, for a table below a heading with the same text.
   */
  readonly hidesCaption?: boolean
}

/** Table that scrolls in its own box if it is too wide. */
export function table({ caption, columns, rows, hidesCaption = false }: TableParts): Markup {
  const head = columns.map(
    ({ name, kind = 'number' }) =>
      markup`<th scope="col" class="${kind}">${kind === 'bar' ? markup`<span class="unseen">${name}</span>` : name}</th>`,
  )
  const body = rows.map(
    ({ cells, isBest = false }) =>
      markup`<tr${isBest ? markup` class="best"` : undefined}>${cells.map((cell, index) => tableCell(cell, index === 0, columns[index]))}</tr>\n`,
  )
  return scrollBox(
    caption,
    markup`<table><caption${hidesCaption ? markup` class="unseen"` : undefined}><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table>`,
  )
}

function tableCell(content: Part, isName: boolean, { kind }: Column = { name: '' }): Markup {
  const look = kind === undefined || kind === 'number' ? undefined : markup` class="${kind}"`
  return isName ? markup`<th scope="row"${look}>${content}</th>` : markup`<td${look}>${content}</td>`
}
