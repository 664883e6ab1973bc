/** A rejected response head, repaired so that the parser accepts it. */
export interface RepairedHead {
  readonly text: string
  /** True if the connection must not be used again: its framing was ambiguous (RFC 9112 section 6.3). */
  readonly mustClose: boolean
}

/** Characters of a field name (RFC 9110 section 5.6.2). */
const notOfAName = /[^!#$%&'*+\-.^_`|~\dA-Za-z]/g
/** Characters that are not allowed in field values: replaced by a space (RFC 9110 section 5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const notOfAValue = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g

/**
 * Repairs a response head as browsers do: unfolds lines (RFC 9112 section 5.2), replaces control characters, merges
 * duplicate lengths, and drops a length beside a transfer coding (section 6.3). Undefined if that does not
 * help. Never longer than the original head.
 */
export function repairHead(head: string): RepairedHead | undefined {
  const [statusLine = '', ...rest] = unfolded(head.split('\n'))
  const hasCoding = rest.some((line) => /^transfer-encoding[ \t]*:/i.test(line))
  let length: string | undefined
  let mustClose = false
  const lines = [statusLine]
  for (const line of rest) {
    const colon = line.indexOf(':')
    if (colon < 0) {
      lines.push(line)
      continue
    }
    const name = line.slice(0, colon).trimEnd().replace(notOfAName, '-')
    const value = line.slice(colon + 1).replace(notOfAValue, ' ')
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}:${value}`)
    else if (hasCoding) mustClose = true
    else {
      const lengths = new Set(value.split(',').map((one) => one.trim()))
      const [one = ''] = lengths
      if (lengths.size > 1 || !/^\d+$/.test(one) || (length !== undefined && length !== one)) return undefined
      if (length === undefined) lines.push(`${name}:${one}${line.endsWith('\r') ? '\r' : ''}`)
      length = one
    }
  }
  // The line after which the head ends may have been dropped.
  const text = lines.join('\n').replace(/\r$/, '')
  return text.length > head.length ? undefined : { text, mustClose }
}

/** Joins each line that starts with white space to the one before. */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = []
  for (const line of lines) {
    const isFolded = whole.length > 1 && /^[ \t]+\S/.test(line)
    if (isFolded) whole.push(`${whole.pop()!.trimEnd()} ${line.trimStart()}`)
    else whole.push(line)
  }
  return whole
}
