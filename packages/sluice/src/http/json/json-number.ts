/** `JSON.rawJSON` of ECMAScript 2026, which Node has from 22 on and the types of TypeScript do not know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

const grammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * A number of a JSON text that a JavaScript number would change, such as `1e400` or `0.12345678901234567890`.
 * `JSON.stringify` writes it as it was written, and `Number(it)` is the nearest JavaScript number.
 */
export class JsonNumber {
  /** The number as it was written. */
  readonly digits: string

  /** @throws RangeError if the text is not a number of JSON */
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

/** Tells whether a text is a number as JSON has them: RFC 8259 section 6. */
export function isJsonNumber(text: string): boolean {
  return grammar.test(text)
}
