import { type Row, textOf } from './row.ts'

/** Text with places for values: `Bearer {token}`. */
export interface TextTemplate {
  /** Names in order of appearance, each once. */
  readonly variables: readonly string[]
  /** Fills it in. @throws SettingsError if the row has no such value */
  fill(row: Row): string
}

type Part = string | { readonly name: string }

/**
 * Finds the places of a text. `{name}` is one, unless it begins or ends with a blank or has a quote or a brace in it: the
 * braces of JSON and of programs are text. `{{name}}` is `{name}` itself.
 */
function partsOf(text: string): readonly Part[] {
  return text.split(/(\{\{[^{}"\r\n]+\}\}|\{[^{}"\r\n]+\})/).map((part, index) => {
    if (index % 2 === 0) return part
    if (part.startsWith('{{')) return part.slice(1, -1)
    const name = part.slice(1, -1)
    return name.trim() === name ? { name } : part
  })
}

/** True if a text has a place for a value. */
export function hasPlaces(text: string): boolean {
  return partsOf(text).some((part) => typeof part !== 'string')
}

/**
 * Reads a text with places such as `{name}`.
 *
 * @param encode for values; not for a text that is nothing but one place.
 */
export function compileTextTemplate(text: string, encode: (value: string) => string = (value) => value): TextTemplate {
  const parts = partsOf(text).filter((part) => part !== '')
  const isOnePlace = parts.length === 1
  return {
    variables: [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])))],
    fill: (row) =>
      parts
        .map((part) => {
          if (typeof part === 'string') return part
          const value = textOf(row, part.name)
          return isOnePlace ? value : encode(value)
        })
        .join(''),
  }
}
