import { createRequire } from 'node:module'
import type * as JmesPath from '@jmespath-community/jmespath'
import type { JSONValue } from '@jmespath-community/jmespath'
import { JsonNumber, SettingsError } from 'sluice'
import { messageOf } from 'sluice/internal'

/** Loaded by the first expression: most runs have none, and the bundle cannot take it in. */
let loaded: typeof JmesPath | undefined

function jmespath(): typeof JmesPath {
  loaded ??= createRequire(import.meta.url)('@jmespath-community/jmespath') as typeof JmesPath
  return loaded
}

/** A compiled `--select`. */
export interface Select {
  /** Names of the results, in order: the given name, or the text of the expression. */
  readonly names: readonly string[]
  /** Fields of the record at the start of the expressions. */
  readonly roots: ReadonlySet<string>
  /** Applies all expressions. One that matches nothing, or does not fit the record, returns null. */
  apply(record: object): Record<string, unknown>
  /** Number of records it was applied to. */
  readonly applied: number
  /**
   * Expressions that matched nothing in any record, although the field at their start existed in one, or is not a
   * field at all.
   */
  readonly missing: readonly { readonly name: string; readonly root: string | undefined }[]
}

/**
 * Compiles a list of JMESPath expressions such as `status,data.id,data.items[?price > `10`].name`. Each is applied to
 * the whole record and named after its text, or as in `price=data.price`.
 *
 * @throws SettingsError with the position of the error
 */
export function compileSelect(list: string): Select {
  const items = splitList(list).map(named)
  const expressions = items.map((item) => {
    const node = compileItem(list, item)
    const unknown = functionNames(node).find((name) => !jmespath().isRegistered(name))
    if (unknown !== undefined) {
      throw selectError(list, item.start + Math.max(0, item.text.indexOf(unknown)), `there is no function ${unknown}`)
    }
    return { name: item.name, node: withExactNumbers(node), roots: rootsOf(node), hasFound: false }
  })
  checkNames(list, items)
  const seen = new Set<string>()
  const roots = new Set(expressions.flatMap((expression) => expression.roots))
  let applied = 0
  return {
    names: items.map((item) => item.name),
    roots,
    apply: (record) => {
      applied++
      const selected = expressions.map((expression): [string, unknown] => {
        const value = search(expression.node, record)
        expression.hasFound ||= value !== null
        return [expression.name, value]
      })
      for (const root of roots) if (Object.hasOwn(record, root)) seen.add(root)
      return Object.fromEntries(selected)
    },
    get applied() {
      return applied
    },
    get missing() {
      if (applied === 0) return []
      const missing = expressions.filter(({ hasFound, roots: [...own] }) => !hasFound && own.length > 0)
      return missing.map(({ name, roots: own }) => ({ name, root: own.find((root) => !seen.has(root)) }))
    },
  }
}

function search(node: Node, record: object): unknown {
  try {
    const value: unknown = jmespath().TreeInterpreter.search(node, record as JSONValue)
    // A name such as `constructor` matches an inherited property.
    return typeof value === 'function' ? null : (value ?? null)
  } catch {
    // A function received a value of another type, such as the length of a missing field.
    return null
  }
}

/** A name before a single equals sign, which JMESPath does not use. */
const namePart = /^([^=<>!"'`[\](){},|&@$]*[^=<>!"'`[\](){},|&@$\s])\s*=(?!=)\s*/

interface NamedItem extends ListItem {
  readonly name: string
}

function named(item: ListItem): NamedItem {
  const [before = '', name = item.text] = namePart.exec(item.text) ?? []
  return { ...item, name, text: item.text.slice(before.length), start: item.start + before.length }
}

/** A repeated expression is one column; a name for two expressions is an error. */
function checkNames(list: string, items: readonly NamedItem[]): void {
  const texts = new Map<string, string>()
  for (const { name, text, start } of items) {
    if ((texts.get(name) ?? text) !== text) throw selectError(list, start, `${name} is the name of two expressions`)
    texts.set(name, text)
  }
}

/** Fields of the record at the start of an expression. */
function rootsOf(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(rootsOf)
  if (typeof node !== 'object' || node === null) return []
  const { type, name, left, child, children } = node as AnyNode & { readonly left?: unknown }
  if (type === 'Literal' || type === 'ExpressionReference') return []
  if (type === 'Field') return [String(name)]
  if (/^(?:Subexpression|Pipe|Projection|FilterProjection|ValueProjection|IndexExpression)$/.test(String(type))) {
    return rootsOf(left)
  }
  if (child !== undefined) return rootsOf(child)
  return rootsOf(children ?? Object.values(node).filter((part) => typeof part === 'object'))
}

function compileItem(list: string, item: ListItem): ReturnType<typeof JmesPath.compile> {
  if (item.text === '') throw selectError(list, item.start, 'an expression is missing')
  if (item.unclosed !== undefined) throw selectError(list, item.unclosed, 'this quote is never closed')
  try {
    return jmespath().compile(item.text)
  } catch (error) {
    const message = messageOf(error)
    throw selectError(list, item.start + errorOffset(item.text, message), 'this is not a JMESPath expression')
  }
}

/**
 * Position of an error: the library does not report it, but its message names the token or its type in one of these
 * ways.
 */
function errorOffset(expression: string, message: string): number {
  if (/\bEOF\b|unexpected end/.test(message)) return expression.length
  const value = /(?:value: |character: |: "|token: )(.+?)(?:"|\(\w+\))?$/.exec(message)?.[1]
  const type = /got: (\w+)$/.exec(message)?.[1]
  try {
    const found = jmespath()
      .tokenize(expression)
      .findLast((token) => token.type === type || String(token.value) === value)
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

type Node = ReturnType<typeof JmesPath.compile>

/** Function that wraps operands. No expression can refer to it. */
const toNumbers = '#numbers'

/** Functions that return their arguments, or take no numbers: their numbers keep all digits. */
const handsOn: ReadonlySet<string> = new Set([
  'from_items',
  'group_by',
  'items',
  'keys',
  'length',
  'map',
  'max_by',
  'merge',
  'min_by',
  'not_null',
  'reverse',
  'sort_by',
  'to_array',
  'to_string',
  'values',
  'zip',
])

/** Functions whose expression returns the value to compare. */
const compares: ReadonlySet<string> = new Set(['max_by', 'min_by', 'sort_by'])

/**
 * Wraps operands of comparisons and arithmetic in a conversion: JMESPath does not know a `JsonNumber` as a number.
 * Values that an expression only selects keep all digits.
 */
function withExactNumbers(node: Node): Node {
  const { isRegistered, register, TYPE_ANY } = jmespath()
  if (!isRegistered(toNumbers)) {
    register(toNumbers, ([value]) => plain(value) as JSONValue, [{ types: [TYPE_ANY] }])
  }
  return rewritten(node) as Node
}

type AnyNode = Readonly<Record<string, unknown>> & { readonly type?: unknown }

function rewritten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewritten)
  if (typeof node !== 'object' || node === null) return node
  const { type } = node as AnyNode
  // A value, not an expression.
  if (type === 'Literal') return node
  const parts = Object.fromEntries(Object.entries(node).map(([name, part]) => [name, rewritten(part)]))
  if (type === 'Comparator' || type === 'Arithmetic') {
    return { ...parts, left: converted(parts.left), right: converted(parts.right) }
  }
  if (type === 'Unary') return { ...parts, operand: converted(parts.operand) }
  if (type !== 'Function') return parts
  const name = String(parts.name)
  const children = (parts.children as AnyNode[]).map((child) => {
    if (child.type === 'ExpressionReference') {
      return compares.has(name) ? { ...child, child: converted(child.child) } : child
    }
    return handsOn.has(name) ? child : converted(child)
  })
  return { ...parts, children }
}

function converted(node: unknown): AnyNode {
  return { type: 'Function', name: toNumbers, children: [node] }
}

/** Converts all numbers in a value to JavaScript numbers. */
function plain(value: unknown): unknown {
  if (value instanceof JsonNumber) return Number(value)
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.some((item, at) => item !== value[at]) ? items : value
  }
  if (typeof value !== 'object' || value === null || 'expref' in value) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
}

/** An element of a list, and its offset in the text, from 0. */
export interface ListItem {
  readonly text: string
  readonly start: number
  /** Offset of a quote that is never closed. */
  readonly unclosed?: number
}

const closers: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['{', '}'],
  ['(', ')'],
])

/** Splits on commas outside brackets, braces, parentheses, quotes and backticks. */
export function splitList(list: string): readonly ListItem[] {
  const items: ListItem[] = []
  const open: string[] = []
  let start = 0
  let unclosed: number | undefined
  for (let at = 0; at <= list.length; at++) {
    const character = list[at]
    if (character === undefined || (character === ',' && open.length === 0)) {
      const piece = list.slice(start, at)
      const item = { text: piece.trim(), start: start + piece.length - piece.trimStart().length }
      items.push(unclosed === undefined ? item : { ...item, unclosed })
      start = at + 1
    } else if (character === '"' || character === "'" || character === '`') {
      const closing = closingQuote(list, at)
      if (closing === undefined) unclosed = at
      at = closing ?? list.length - 1
    } else if (closers.has(character)) {
      open.push(closers.get(character)!)
    } else if (character === open.at(-1)) {
      open.pop()
    }
  }
  return items
}

function closingQuote(text: string, opening: number): number | undefined {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === text[opening]) return at
  }
  return undefined
}
