/** Failures of one host that have the same code and message. */
export interface ErrorGroup {
  readonly code: string
  readonly message: string
  readonly count: number
  /** Id of the first failure. */
  readonly example: string
}

/** Maximum number of groups; further messages are counted together. */
const maxGroups = 50

/** Counts failures by host, code and message, ignoring dates. Each group has the message of its first failure. */
export class ErrorGroups {
  readonly #groups = new Map<string, { code: string; message: string; count: number; example: string }>()

  /** Groups, the most frequent first. */
  get list(): readonly ErrorGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count)
  }

  add(host: string, code: string, message: string, example: () => string): void {
    const own = `${code} ${host} ${message.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')}`
    const full = this.#groups.size >= maxGroups && !this.#groups.has(own)
    const key = full ? `${code} other` : own
    const group = this.#groups.get(key)
    if (group !== undefined) group.count++
    else this.#groups.set(key, { code, message: full ? 'other messages' : message, count: 1, example: example() })
  }
}
