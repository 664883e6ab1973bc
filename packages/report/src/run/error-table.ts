import { dataCode, dataText } from '../page/data-text.ts'
import { type Markup, markup } from '../page/markup.ts'
import { table } from '../page/table.ts'
import type { RunReport } from '../run-report.ts'
import { countText } from '../text/numbers.ts'

/** Kinds of errors beyond these are left out, the rarest first. */
const mostErrors = 25

/** Failures of the same kind together, with the first of each. */
export function errorTable({ errors }: RunReport): Markup | undefined {
  if (errors.length === 0) return undefined
  const left = errors.length - mostErrors
  const shown = errors.toSorted((a, b) => b.count - a.count).slice(0, mostErrors)
  return markup`${table({
    caption: 'Failures with the same code and message, the most frequent first',
    columns: [
      { name: 'Code', kind: 'text' },
      { name: 'Results' },
      { name: 'Message', kind: 'text' },
      { name: 'The first one', kind: 'text' },
    ],
    rows: shown.map(({ code, message, count, example }) => ({
      cells: [dataCode(code, 60), countText(count), dataText(message), dataCode(example, 200)],
    })),
  })}${left > 0 ? markup`<p class="aside">${countText(left)} rarer ones are left out.</p>` : undefined}`
}
