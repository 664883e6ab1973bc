import { stringify } from 'csv-stringify/sync'
import { jsonText } from './json-text.ts'

/**
 * What a spreadsheet may take for a formula: text that comes from an API must not run when somebody opens the file.
 * Numbers such as -1.5 are no formulas; the library's own guard would change those that come as text.
 */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** What becomes of text that a spreadsheet would run: `'` before it, or nothing. */
export type Formulas = 'guard' | 'keep'

/** One row of CSV with its line feed. Fields with a comma, quote or line break are quoted (RFC 4180). */
export function csvLine(values: readonly unknown[], formulas: Formulas): string {
  return stringify([values.map((value) => csvField(value, formulas))])
}

function csvField(value: unknown, formulas: Formulas): string {
  const text = csvText(value)
  return formulas === 'guard' && formula.test(text) && !number.test(text) ? `'${text}` : text
}

/** Nothing for null, objects and lists as JSON. */
function csvText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? (jsonText(value) ?? '') : String(value)
}
