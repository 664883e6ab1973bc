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

/** A highlighted figure: its name, its value, and a note such as the previous value or the total. */
export type Tile = readonly [name: string, value: Part, note?: Part]

/** The most important figures, side by side. */
export function tiles(list: readonly Tile[]): Markup {
  return markup`<dl class="tiles">${list.map(
    ([name, value, note]) =>
      markup`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? undefined : markup`<dd class="note">${note}</dd>`}</div>`,
  )}</dl>\n`
}

/** Column of a table: its heading, its kind (text is aligned left, numbers right), and its cell in the row of an item. */
export type Column<Item> = readonly [name: Part, kind: 'text' | 'number' | 'bar', cell: (item: Item) => Part]

export interface TableParts<Item> {
  readonly caption: string
  /** Columns; the cells of the first one name their rows. */
  readonly columns: readonly Column<Item>[]
  /** True for items whose row is highlighted. */
  readonly isBest?: (item: Item) => boolean
  /**
   * True to hide the caption from sight but not from screen readers, for a table below a heading with the same text.
   */
  readonly hidesCaption?: boolean
}

/** Table with a row for each item. It scrolls in its own box if it is too wide. */
export function table<Item>(
  items: readonly Item[],
  { caption, columns, isBest = () => false, hidesCaption = false }: TableParts<Item>,
): Markup {
  const head = columns.map(
    ([name, kind]) =>
      markup`<th scope="col" class="${kind}">${kind === 'bar' ? markup`<span class="unseen">${name}</span>` : name}</th>`,
  )
  const body = items.map(
    (item) =>
      markup`<tr${isBest(item) ? markup` class="best"` : undefined}>${columns.map(([, kind, cell], index) => tableCell(cell(item), kind, index === 0))}</tr>\n`,
  )
  return scrollBox(
    caption,
    markup`<table><caption${hidesCaption ? markup` class="unseen"` : undefined}><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table>`,
  )
}

/** Section with a table of items; undefined without any. */
export function tableSection<Item>(
  heading: string,
  items: readonly Item[],
  parts: TableParts<Item>,
  ...more: readonly Part[]
): Markup | undefined {
  return items.length === 0 ? undefined : section(heading, table(items, parts), ...more)
}

function tableCell(content: Part, kind: 'text' | 'number' | 'bar', isName: boolean): Markup {
  const look = kind === 'number' ? undefined : markup` class="${kind}"`
  return isName ? markup`<th scope="row"${look}>${content}</th>` : markup`<td${look}>${content}</td>`
}

/** Fill patterns that can be distinguished without colours, shared by all plots of a page. */
export const patterns: Markup = markup`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch-body" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="body-ground" width="5" height="5"/><path class="body-stroke" d="M0,0V5"/></pattern>
<pattern id="hatch-backoff" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path class="backoff-stroke" d="M0,0V5"/></pattern>
<pattern id="hatch-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="failed-ground" width="6" height="6"/><path class="failed-stroke" d="M0,0V6"/></pattern>
<pattern id="dots-refused" width="4.5" height="4.5" patternUnits="userSpaceOnUse"><rect class="refused-ground" width="4.5" height="4.5"/><circle class="refused-dot" cx="2.25" cy="2.25" r="1.35"/></pattern>
</defs></svg>`
