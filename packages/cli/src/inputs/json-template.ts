import { JsonNumber, SettingsError } from 'sluice'
import { parseJson } from 'sluice/http'
import { jsonProblem } from './input-item.ts'
import { knownValue, type Row, textOf, valueError } from './row.ts'

/** JSON with placeholders in its strings. */
export interface JsonTemplate {
  /** Distinct names in order of appearance. */
  readonly variables: readonly string[]
  /**
   * Fills in the placeholders.
   *
   * @throws SettingsError that names the variable, not its value, if it is missing, or not the number or JSON it must
   * be
   */
  fill(row: Row): unknown
}

/** Marks a value to omit from its object or list. */
const nothing = Symbol('nothing')

type Kind = 'text' | 'number' | 'json'

/**
 * Compiles a template such as `{"name":"{name}","price":"{price|number}","tags":"{tags|json}","note":"{note|text?}"}`.
 *
 * `{name}` in a string is replaced by the value. A string that consists of `{name|number}` or `{name|json}` becomes a
 * number with all its digits, or the JSON that the value contains; an empty value becomes null there, and with a final
 * `?` (also `{name|text?}`) is omitted from its object or list. `{{` and `}}` are literal braces. Keys are not filled
 * in.
 *
 * @throws SettingsError that starts with the flag, if the text is not JSON or a placeholder is invalid
 */
export function compileJsonTemplate(text: string, flag = '--json-template'): JsonTemplate {
  let parsed: unknown
  try {
    parsed = parseJson(text, 'source')
  } catch (error) {
    throw new SettingsError(`${flag}: ${jsonProblem(error)}`)
  }
  const compiler = new Compiler(flag)
  const fill = compiler.value(parsed)
  return {
    variables: [...compiler.variables],
    fill(row) {
      const value = fill(row)
      return value === nothing ? null : value
    },
  }
}

class Compiler {
  readonly variables: Set<string> = new Set()
  readonly #flag: string

  constructor(flag: string) {
    this.#flag = flag
  }

  value(template: unknown): Fill {
    if (typeof template === 'string') return this.#text(template)
    if (Array.isArray(template)) {
      const items = template.map((item) => this.value(item))
      return (row) => items.map((item) => item(row)).filter((item) => item !== nothing)
    }
    if (typeof template === 'object' && template !== null && !(template instanceof JsonNumber)) {
      const entries = Object.entries(template).map(([key, item]) => [key, this.value(item)] as const)
      return (row) =>
        Object.fromEntries(
          entries.map(([key, item]) => [key, item(row)] as const).filter(([, item]) => item !== nothing),
        )
    }
    return () => template
  }

  #text(template: string): Fill {
    const typed = /^\{([^{}|]+)\|(text|number|json)(\?)?\}$/.exec(template)
    if (typed !== null) {
      const name = typed[1]!.trim()
      const kind = typed[2] as Kind
      const empty = typed[3] === undefined ? null : nothing
      this.variables.add(name)
      return (row) => typedValue(row, name, kind, empty)
    }
    const parts = template.split(/(\{\{|\}\}|\{[^{}]*\})/).map((part, index): string | { readonly name: string } => {
      if (index % 2 === 0) {
        if (!/[{}]/.test(part)) return part
        throw new SettingsError(
          `${this.#flag}: a single brace is not a placeholder such as {column}; write {{ or }} for the brace itself`,
        )
      }
      if (part === '{{') return '{'
      if (part === '}}') return '}'
      const name = part.slice(1, -1).trim()
      if (name === '' || name.includes('|')) {
        throw new SettingsError(
          `${this.#flag}: ${part} is not a placeholder such as {name}; {name|number}, {name|json} and {name|text?} must be the whole text`,
        )
      }
      this.variables.add(name)
      return { name }
    })
    return (row) => parts.map((part) => (typeof part === 'string' ? part : textOf(row, part.name))).join('')
  }
}

type Fill = (row: Row) => unknown

function typedValue(row: Row, name: string, kind: Kind, empty: unknown): unknown {
  const value = empty === nothing ? row(name) : knownValue(row, name)
  if (value === undefined || value === null || value === '') return kind === 'text' && empty === null ? '' : empty
  if (kind === 'text') return textOf(row, name)
  if (typeof value !== 'string') {
    if (kind === 'json' || typeof value === 'number' || value instanceof JsonNumber) return value
    throw valueError(name, 'not a number')
  }
  const trimmed = value.trim()
  if (trimmed === '') return empty
  if (kind === 'number') return exactNumber(name, trimmed)
  try {
    return parseJson(trimmed, 'source')
  } catch (error) {
    throw valueError(name, jsonProblem(error))
  }
}

/** Number in a text, with all its digits: `007` is 7, and `.5` is 0.5. */
function exactNumber(name: string, text: string): unknown {
  const [, sign, whole, fraction, exponent = ''] = /^([+-]?)(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i.exec(text) ?? []
  if (!whole && !fraction) throw valueError(name, 'not a number; write 1234.5')
  const digits = (whole ?? '').replace(/^0+(?=\d)/, '') || '0'
  return parseJson(`${sign === '-' ? '-' : ''}${digits}${fraction ? `.${fraction}` : ''}${exponent}`, 'source')
}
