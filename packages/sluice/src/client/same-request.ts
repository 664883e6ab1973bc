import { SettingsError } from '../errors/settings-error.ts'

/** Cloudflare Workers object usable only by the request that created it; in a Durable Object, by all its requests. */
interface Owned {
  readonly readyState: number
}

const inAnother =
  'this client was first used in another request of the Worker, and requests of a Worker cannot wait for each other: create a client per request, or share one in a Durable Object'

/**
 * Returns a check that rejects use of a client in a second request of a Cloudflare Worker: that request would wait for
 * permits and timers of the first one until the Worker ends it as hung. Undefined on other platforms.
 */
export function sameRequest(): (() => void) | undefined {
  const Pair = (globalThis as { WebSocketPair?: new () => readonly [Owned, Owned] }).WebSocketPair
  if (Pair === undefined) return undefined
  let owned: Owned | undefined
  return () => {
    owned ??= new Pair()[0]
    try {
      owned.readyState
    } catch {
      throw new SettingsError(inAnother)
    }
  }
}
