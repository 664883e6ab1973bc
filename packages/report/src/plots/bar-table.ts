import { type Markup, markup, type Part } from '../markup.ts'
import { type Column, table } from '../page/parts.ts'
import { drawable, largest } from '../text.ts'
import { at } from './axes.ts'

/** Bar with its value and labels. */
interface Bar {
  readonly name: Part
  readonly value: number
  /** Formatted value. */
  readonly text: Part
  /** Additional cells. */
  readonly more?: readonly Part[]
  /** Colour, which only repeats what the text says. */
  readonly tone?: 'good' | 'bad' | 'refused' | 'calm'
}

export interface BarTableParts {
  readonly caption: string
  /** Headings of the names, the values and additional cells. */
  readonly columns: readonly [string, string, ...string[]]
  readonly bars: readonly Bar[]
  /** Value of a full-length bar, at least the largest value. @default the largest value */
  readonly most?: number
}

/** Table with a bar beside each number: a plot and its data in one. */
export function barTable({ caption, columns, bars, most = 0 }: BarTableParts): Markup {
  const [names, values, ...more] = columns
  const full = Math.max(most, largest(bars.map(({ value }) => value)))
  return table(bars, {
    caption,
    columns: [
      [names, 'text', ({ name }) => name],
      ['Bar', 'bar', ({ value, tone = 'calm' }) => barOf(full === 0 ? 0 : (drawable(value) ?? 0) / full, tone)],
      [values, 'number', ({ text }) => text],
      ...more.map((name, index): Column<Bar> => [name, 'number', ({ more: further = [] }) => further[index]]),
    ],
  })
}

function barOf(share: number, tone: string): Markup {
  const width = share > 0 ? Math.max(0.5, at(100 * share)) : 0
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="fill ${tone}" width="${width}" height="10"/></svg>`
}
