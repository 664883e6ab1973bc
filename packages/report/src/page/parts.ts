import { cleanText, type Markup, markup, type Part } from '../markup.ts'
import { countText } from '../text.ts'

/** A part of a page under its own heading. */
export function section(heading: string, ...content: readonly Part[]): Markup {
  return markup`<section><h2>${heading}</h2>\n${content}</section>\n`
}

/** Content that opens with a click. */
export function details(summary: string, ...content: readonly Part[]): Markup {
  return markup`<details><summary>${summary}</summary>\n${content}</details>\n`
}

/** Scrolls what is too wide for the page, with the keyboard too. */
export function scrollBox(name: string, content: Part): Markup {
  return markup`<div class="scroll" role="group" tabindex="0" aria-label="${name}">${content}</div>\n`
}

/** Text that comes from elsewhere, for the body of a page: cleaned, cut, and isolated in its direction. */
export function dataText(text: unknown, length?: number): Markup {
  return markup`<bdi>${cleanText(text, length)}</bdi>`
}

/** The same in the letters of a machine: an address, a code, a message. */
export function dataCode(text: unknown, length?: number): Markup {
  return markup`<code><bdi>${cleanText(text, length)}</bdi></code>`
}

/** Maximum number of entries shown. */
const mostEntries = 100

/** A list of texts from elsewhere; what is too much is counted. */
export function dataList(texts: readonly string[], show: (text: string) => Markup): Markup {
  const left = texts.length - mostEntries
  return markup`<ul class="list">${texts.slice(0, mostEntries).map((text) => markup`<li>${show(text)}</li>\n`)}${
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

/** The figures that matter most, side by side. */
export function tiles(list: readonly Tile[]): Markup {
  return markup`<dl class="tiles">${list.map(
    ({ name, value, note }) =>
      markup`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? undefined : markup`<dd class="note">${note}</dd>`}</div>`,
  )}</dl>\n`
}

/** A column: text at the left, numbers at the right. */
interface Column {
  readonly name: Part
  readonly kind?: 'text' | 'number' | 'bar'
}

/** A row; its first cell is its name. */
interface Row {
  readonly cells: readonly Part[]
  /** Stands out, as the one to be looked at. */
  readonly isBest?: boolean
}

export interface TableParts {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** The caption is heard, but not seen: for a table right below a heading that says the same. */
  readonly hidesCaption?: boolean
}

/** A table that scrolls in its own box where it is too wide. */
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
