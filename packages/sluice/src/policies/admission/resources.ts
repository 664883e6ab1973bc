/** Paths are told apart by so many segments at most, and so many are kept. */
const deepest = 6
const kept = 1_000

/**
 * Which part of an API a request is for, where answers name it (`X-RateLimit-Resource: search`).
 *
 * A path belongs to the part that was last named for its first segment. Where several were named for that, the segments
 * after it decide. What was never asked for belongs to none.
 */
export class Resources {
  /** By the beginning of the path; undefined where several parts have it. */
  readonly #byPrefix = new Map<string, string | undefined>()

  learn(url: string, resource: string): void {
    for (const prefix of prefixesOf(url)) {
      if (!this.#byPrefix.has(prefix)) {
        if (this.#byPrefix.size < kept) this.#byPrefix.set(prefix, resource)
        return
      }
      if (this.#byPrefix.get(prefix) === resource) return
      this.#byPrefix.set(prefix, undefined)
    }
  }

  of(url: string): string | undefined {
    for (const prefix of prefixesOf(url)) {
      if (!this.#byPrefix.has(prefix)) return undefined
      const resource = this.#byPrefix.get(prefix)
      if (resource !== undefined) return resource
    }
    return undefined
  }
}

/** The path with its first segment, its first two, and so on. */
function* prefixesOf(url: string): Generator<string> {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const rest = from === -1 ? '/' : url.slice(from)
  const path = rest.slice(0, rest.search(/[?#]|$/))
  let end = 0
  for (let depth = 0; depth < deepest && end !== -1; depth++) {
    end = path.indexOf('/', end + 1)
    yield end === -1 ? path : path.slice(0, end)
  }
}
