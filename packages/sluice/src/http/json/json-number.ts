/** `JSON.rawJSON` of ECMAScript 2026, available from Node 22 on, but missing from TypeScript's types. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

const grammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Number of a JSON text that a JavaScript number would change, such as `1e400` or `0.12345678901234567890`.
 * `JSON.stringify` writes it unchanged, and `Number(it)` is the nearest JavaScript number.
 */
export class JsonNumber {
  /** Number as written. */
  readonly digits: string

  /** @throws RangeError if the text is not a JSON number */
  constructor(digits: string) {
    if (!isJsonNumber(digits)) throw new RangeError(`not a number of JSON: ${JSON.stringify(digits.slice(0, 40))}`)
    this.digits = digits
  }

  valueOf(): number {
    return Number(this.digits)
  }

  toString(): string {
    return this.digits
  }

  toJSON(): unknown {
    return rawJSON(this.digits)
  }
}

/** True if a text is a JSON number (RFC 8259 section 6). */
export function isJsonNumber(text: string): boolean {
  return grammar.test(text)
}
