/** What a column can be that has all the values it was shown: `text` as it is, or `json` for values of several kinds. */
export type SeenKind = 'boolean' | 'integer' | 'real' | 'text' | 'json'

/** Looks at the values of a column, to tell the narrowest kind that holds each of them without loss. */
export class ValueKinds {
  readonly #seen = new Set<SeenKind>()

  /** Null and undefined fit everywhere. */
  see(value: unknown): void {
    if (value !== null && value !== undefined) this.#seen.add(kindOf(value))
  }

  get kind(): SeenKind {
    const seen = this.#seen
    if (seen.size === 2 && seen.has('integer') && seen.has('real')) return 'real'
    if (seen.size > 1) return 'json'
    const [only = 'text'] = seen
    return only
  }
}

function kindOf(value: unknown): SeenKind {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'real'
    case 'string':
      return 'text'
    default:
      return 'json'
  }
}
