import { type compile, isRegistered, type JSONValue, register, TYPE_ANY } from '@jmespath-community/jmespath'
import { JsonNumber } from 'sluice'

type Node = ReturnType<typeof compile>

/** The function that stands around operands. No expression can name it. */
const toNumbers = '#numbers'

/** Functions that hand on what they are given, or take no numbers: theirs keep their digits. */
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

/** Functions whose expression makes what is compared. */
const compares: ReadonlySet<string> = new Set(['max_by', 'min_by', 'sort_by'])

/**
 * The expression with a conversion around whatever is compared or reckoned with: a `JsonNumber` is not of the type that
 * JMESPath knows as a number. What an expression only picks keeps its digits.
 */
export function withExactNumbers(node: Node): Node {
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
  // A value, and not an expression.
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

/** The value with JavaScript numbers only. */
function plain(value: unknown): unknown {
  if (value instanceof JsonNumber) return Number(value)
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.some((item, at) => item !== value[at]) ? items : value
  }
  if (typeof value !== 'object' || value === null || 'expref' in value) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
}
