import { type Row, textOf } from './row.ts'

/** Text with placeholders: `Bearer {token}`. */
export interface TextTemplate {
  /** Distinct names in order of appearance. */
  readonly variables: readonly string[]
  /** Fills in the placeholders. @throws SettingsError if a value is missing */
  fill(row: Row): string
}

type Part = string | { readonly name: string }

/**
 * Finds the placeholders in a text. `{name}` is one, unless it starts or ends with a blank or contains a quote or a
 * brace: the braces of JSON and of code are literal. `{{name}}` is a literal `{name}`.
 */
function partsOf(text: string): readonly Part[] {
  return text.split(/(\{\{[^{}"\r\n]+\}\}|\{[^{}"\r\n]+\})/).map((part, index) => {
    if (index % 2 === 0) return part
    if (part.startsWith('{{')) return part.slice(1, -1)
    const name = part.slice(1, -1)
    return name.trim() === name ? { name } : part
  })
}

/** True if a text contains placeholders. */
export function hasPlaces(text: string): boolean {
  return partsOf(text).some((part) => typeof part !== 'string')
}

/**
 * Compiles a text with placeholders such as `{name}`.
 *
 * @param encode applied to values, unless the text is a single placeholder.
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
