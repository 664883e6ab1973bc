import { type Markup, markup, type Part } from './markup.ts'
import { scrollBox } from './scroll-box.ts'

/** A column: text at the left, numbers at the right. */
interface Column {
  readonly name: string
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
  const head = columns.map(({ name, kind = 'number' }) => markup`<th scope="col" class="${kind}">${name}</th>`)
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
