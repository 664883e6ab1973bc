/** Maximum number of path segments compared, and of prefixes stored. */
const maxDepth = 6
const maxKept = 1_000

/**
 * Part of an API that a request belongs to, if responses name it (`X-RateLimit-Resource: search`).
 *
 * A path belongs to the part last named for its first segment. If several were named for that, the segments after it
 * decide. A path that was never requested belongs to none.
 */
export class Resources {
  /** Part by prefix of the path; undefined if several parts share the prefix. */
  readonly #byPrefix = new Map<string, string | undefined>()

  learn(url: string, resource: string): void {
    for (const prefix of prefixesOf(url)) {
      if (!this.#byPrefix.has(prefix)) {
        if (this.#byPrefix.size < maxKept) this.#byPrefix.set(prefix, resource)
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

/** Yields the path's first segment, its first two, and so on. */
function* prefixesOf(url: string): Generator<string> {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const rest = from === -1 ? '/' : url.slice(from)
  const path = rest.slice(0, rest.search(/[?#]|$/))
  let end = 0
  for (let depth = 0; depth < maxDepth && end !== -1; depth++) {
    end = path.indexOf('/', end + 1)
    yield end === -1 ? path : path.slice(0, end)
  }
}
