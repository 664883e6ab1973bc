import { compile, isRegistered, type JSONValue, TreeInterpreter, tokenize } from '@jmespath-community/jmespath'
import { SettingsError } from 'sluice'
import { withExactNumbers } from './exact-select.ts'
import { type ListItem, splitList } from './split-list.ts'

/** What `--select` makes of each record. */
export interface Select {
  /** The names of what it makes: the text of each expression, in order. */
  readonly names: readonly string[]
  /** Applies every expression. One that finds nothing, or does not fit this record, gives null. */
  apply(record: object): Record<string, unknown>
}

/**
 * Compiles a list of JMESPath expressions such as `status,data.id,data.items[?price > `10`].name`. Each is applied to the
 * whole record and named by its own text.
 *
 * @throws SettingsError that shows the place.
 */
export function compileSelect(list: string): Select {
  const items = splitList(list)
  const expressions = items.map((item) => {
    const node = compileItem(list, item)
    const unknown = functionNames(node).find((name) => !isRegistered(name))
    if (unknown !== undefined) {
      throw selectError(list, item.start + Math.max(0, item.text.indexOf(unknown)), `there is no function ${unknown}`)
    }
    return { name: item.text, node: withExactNumbers(node) }
  })
  return {
    names: items.map((item) => item.text),
    apply: (record) => {
      const selected: [string, unknown][] = expressions.map(({ name, node }) => {
        try {
          const value: unknown = TreeInterpreter.search(node, record as JSONValue)
          // A name such as `constructor` finds what every object inherits.
          return [name, typeof value === 'function' ? null : (value ?? null)]
        } catch {
          // A function was given a value of another type, such as the length of what a failure does not have.
          return [name, null]
        }
      })
      return Object.fromEntries(selected)
    },
  }
}

function compileItem(list: string, item: ListItem): ReturnType<typeof compile> {
  if (item.text === '') throw selectError(list, item.start, 'an expression is missing')
  if (item.unclosed !== undefined) throw selectError(list, item.unclosed, 'this quote is never closed')
  try {
    return compile(item.text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw selectError(list, item.start + errorOffset(item.text, message), 'this is no JMESPath expression')
  }
}

/** The library does not tell where it stopped, but it names the token, or its type, in one of these ways. */
function errorOffset(expression: string, message: string): number {
  if (/\bEOF\b|unexpected end/.test(message)) return expression.length
  const value = /(?:value: |character: |: "|token: )(.+?)(?:"|\(\w+\))?$/.exec(message)?.[1]
  const type = /got: (\w+)$/.exec(message)?.[1]
  try {
    const found = tokenize(expression).findLast((token) => token.type === type || String(token.value) === value)
    return found?.start ?? 0
  } catch {
    return Math.max(0, expression.indexOf(value ?? ''))
  }
}

function functionNames(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  const { type, name } = node as { type?: unknown; name?: unknown }
  const own = type === 'Function' && typeof name === 'string' ? [name] : []
  return [...own, ...Object.values(node).flatMap(functionNames)]
}

function selectError(list: string, at: number, problem: string): SettingsError {
  return new SettingsError(`--select: ${problem}, at column ${at + 1}\n  ${list}\n  ${' '.repeat(at)}^`)
}
