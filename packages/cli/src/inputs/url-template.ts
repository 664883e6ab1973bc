import { SettingsError } from 'sluice'

/**
 * A URL template (RFC 6570, all operators and modifiers, for string values). Names may contain any
 * characters except commas, colons, asterisks and braces; those, and an operator in front, are written as in
 * `{a%2Cb}`.
 */
export interface UrlTemplate {
  /** Distinct names in order of appearance. */
  readonly variables: readonly string[]
  /** Names used in the host or path, where an empty value would address something else. */
  readonly pathVariables: readonly string[]
  /** Origin that no value can change; undefined if values are used in the host. */
  readonly origin: string | undefined
  /**
   * Fills in the values, percent-encoded as the operator says; an empty value stays empty.
   *
   * @throws SettingsError if values make a path segment `.` or `..`, which would lead elsewhere
   */
  expand(value: (name: string) => string): string
}

interface Operator {
  readonly first: string
  readonly separator: string
  /** `name=value`, and the form of an empty value. */
  readonly named?: 'name=' | 'name'
  readonly reserved?: boolean
}

/** RFC 6570 appendix A. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ['', { first: '', separator: ',' }],
  ['+', { first: '', separator: ',', reserved: true }],
  ['#', { first: '#', separator: ',', reserved: true }],
  ['.', { first: '.', separator: '.' }],
  ['/', { first: '/', separator: '/' }],
  [';', { first: ';', separator: ';', named: 'name' }],
  ['?', { first: '?', separator: '&', named: 'name=' }],
  ['&', { first: '&', separator: '&', named: 'name=' }],
])

interface Variable {
  readonly name: string
  /** Maximum number of characters taken from the start of the value. */
  readonly length: number | undefined
}

type Part = string | { readonly operator: Operator; readonly variables: readonly Variable[] }

/** @throws SettingsError with the column of the error */
export function compileUrlTemplate(text: string): UrlTemplate {
  const parts: Part[] = []
  const names = new Set<string>()
  const pathNames = new Set<string>()
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{', at)
    const fixed = text.slice(at, open === -1 ? text.length : open)
    const stray = fixed.indexOf('}')
    if (stray !== -1) throw templateError(at + stray, 'a } without a {; write %7D for the character itself')
    if (fixed !== '') parts.push(encodeReserved(fixed))
    if (open === -1) break
    const close = text.indexOf('}', open)
    if (close === -1) throw templateError(open, 'a { that is never closed; write %7B for the character itself')
    const part = parseExpression(text.slice(open + 1, close), open)
    parts.push(part)
    const inPath = !/[?#]/.test(text.slice(0, open)) && part.operator.named !== 'name=' && part.operator.first !== '#'
    for (const { name } of part.variables) {
      names.add(name)
      if (inPath) pathNames.add(name)
    }
    at = close + 1
  }
  const fill = (value: (name: string) => string): string =>
    parts.map((part) => (typeof part === 'string' ? part : expand(part, value))).join('')
  // A placeholder at the start is the whole URL, as in a list.
  const [first] = parts
  const inFront = typeof first === 'object' && first.operator.reserved === true ? first.variables : []
  const isInFront = (name: string): boolean => inFront.some((variable) => variable.name === name)
  return {
    variables: [...names],
    pathVariables: [...pathNames],
    origin: fixedOrigin(text),
    expand(value) {
      const url = fill(value)
      if (!mayHaveDots.test(url)) return url
      const meant = fill((name) => (isInFront(name) ? value(name) : 'x'))
      if (dotSegments(url) === dotSegments(meant)) return url
      const columns = [...pathNames].filter((name) => !isInFront(name)).map((name) => JSON.stringify(name))
      throw new SettingsError(
        `the path would have a segment "." or "..", which leads elsewhere; see ${columns.join(', ')}`,
        'SLUICE_BAD_INPUT',
      )
    },
  }
}

/** Matches all URLs with such a segment, and few others. */
const mayHaveDots = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?#]|$)/i

/** Number of path segments that are `.` or `..`, also percent-encoded: URL parsers resolve them. */
function dotSegments(url: string): number {
  const path = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?([^?#]*)/i.exec(url)![1]!
  return path.split('/').filter((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)).length
}

function parseExpression(content: string, open: number): Exclude<Part, string> {
  const sign = /^[+#./;?&]/.exec(content)?.[0] ?? ''
  const variables = content
    .slice(sign.length)
    .split(',')
    .map((item) => {
      const match = /^([^=!@|*:][^*:]*)(?:\*|:([1-9]\d{0,3}))?$/.exec(item.trim())
      if (match === null) {
        throw templateError(
          open,
          `{${content}} is not an expression of RFC 6570, such as {id}, {+path} or {?q,page}; write other characters of a name as in {a%2Cb}`,
        )
      }
      return { name: match[1]!.trim(), length: match[2] === undefined ? undefined : Number(match[2]) }
    })
  return { operator: operators.get(sign)!, variables }
}

function expand({ operator, variables }: Exclude<Part, string>, value: (name: string) => string): string {
  const values = variables.map(({ name, length }) => {
    const whole = value(name)
    const cut = length === undefined ? whole : Array.from(whole).slice(0, length).join('')
    const encoded = operator.reserved === true ? encodeReserved(cut) : encodeUnreserved(cut)
    if (operator.named === undefined) return encoded
    const shown = encodeName(name)
    return encoded === '' && operator.named === 'name' ? shown : `${shown}=${encoded}`
  })
  return operator.first + values.join(operator.separator)
}

/** Percent-encodes a name for a query, unless it is encoded already. */
function encodeName(name: string): string {
  return name
    .toWellFormed()
    .replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/gu, (found) =>
      found.length === 3 && found.startsWith('%') ? found : encodeURIComponent(found),
    )
}

function encodeUnreserved(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, percentEncode)
}

/** Keeps reserved characters and existing percent-encodings. */
function encodeReserved(text: string): string {
  return text
    .toWellFormed()
    .replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]/gu, (found) =>
      found.length === 3 && found.startsWith('%') ? found : encodeURIComponent(found),
    )
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function fixedOrigin(text: string): string | undefined {
  const authority = /^https?:\/\/[^/?#{}]+(?=[/?#]|\{[+#/?&;]|$)/i.exec(text)?.[0]
  return authority !== undefined && URL.canParse(authority) ? new URL(authority).origin : undefined
}

function templateError(at: number, message: string): SettingsError {
  return new SettingsError(`URL template, column ${at + 1}: ${message}`, 'SLUICE_BAD_INPUT')
}
