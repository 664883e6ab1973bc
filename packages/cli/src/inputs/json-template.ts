import { JsonNumber, SettingsError } from 'sluice'
import { parseJson } from 'sluice/http'
import { jsonProblem } from './input-item.ts'

/** JSON whose texts have places for values. */
export interface JsonTemplate {
  /** Names in order of appearance, each once. */
  readonly variables: readonly string[]
  /**
   * Fills it in.
   *
   * @throws SettingsError that names the variable, not its value, if a value is not the number or JSON it must be.
   */
  fill(value: (name: string) => string): unknown
}

type Fill = (value: (name: string) => string) => unknown
type Kind = 'number' | 'json'

/**
 * Reads a template such as `{"name":"{name}","price":"{price|number}","tags":"{tags|json}"}`.
 *
 * `{name}` in a text becomes the value as it is. A text that is nothing but `{name|number}` or `{name|json}` becomes a
 * number, or whatever JSON the value holds; an empty value becomes null there. `{{` and `}}` are the braces themselves.
 * Keys are not filled in.
 *
 * @throws SettingsError if it is not JSON, or a text has a place that is neither.
 */
export function compileJsonTemplate(text: string): JsonTemplate {
  let parsed: unknown
  try {
    parsed = parseJson(text, 'source')
  } catch (error) {
    throw new SettingsError(`--json-template: ${jsonProblem(error)}`)
  }
  const variables = new Set<string>()
  const fill = compileValue(parsed, variables)
  return { variables: [...variables], fill }
}

function compileValue(template: unknown, variables: Set<string>): Fill {
  if (typeof template === 'string') return compileText(template, variables)
  if (Array.isArray(template)) {
    const items = template.map((item) => compileValue(item, variables))
    return (value) => items.map((item) => item(value))
  }
  if (typeof template === 'object' && template !== null && !(template instanceof JsonNumber)) {
    const entries = Object.entries(template).map(([key, item]) => [key, compileValue(item, variables)] as const)
    return (value) => Object.fromEntries(entries.map(([key, item]) => [key, item(value)]))
  }
  return () => template
}

function compileText(template: string, variables: Set<string>): Fill {
  const typed = /^\{([^{}|]+)\|(number|json)\}$/.exec(template)
  if (typed !== null) {
    const name = typed[1]!.trim()
    const kind = typed[2] as Kind
    variables.add(name)
    return (value) => typedValue(name, kind, value(name))
  }
  const parts = template.split(/(\{\{|\}\}|\{[^{}]*\})/).map((part, index): string | { readonly name: string } => {
    if (index % 2 === 0) {
      if (!/[{}]/.test(part)) return part
      throw new SettingsError('--json-template: a brace stands alone; write {{ or }} for the character itself')
    }
    if (part === '{{') return '{'
    if (part === '}}') return '}'
    const name = part.slice(1, -1).trim()
    if (name === '' || name.includes('|')) {
      throw new SettingsError(
        `--json-template: ${part} is not a place such as {name}; {name|number} and {name|json} must be the whole text`,
      )
    }
    variables.add(name)
    return { name }
  })
  return (value) => parts.map((part) => (typeof part === 'string' ? part : value(part.name))).join('')
}

function typedValue(name: string, kind: Kind, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (kind === 'json') {
    try {
      return parseJson(trimmed, 'source')
    } catch (error) {
      throw new SettingsError(`column "${name}": ${jsonProblem(error)}`, 'SLUICE_BAD_INPUT')
    }
  }
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) {
    throw new SettingsError(`column "${name}": not a number; write 1234.5`, 'SLUICE_BAD_INPUT')
  }
  const number = Number(trimmed)
  if (Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))) return number
  throw new SettingsError(`column "${name}": too large to be an exact number; send it as text`, 'SLUICE_BAD_INPUT')
}
