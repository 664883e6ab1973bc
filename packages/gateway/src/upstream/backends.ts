import type { GatewaySettings, Upstream } from '../options.ts'
import { Backend, checkUpstreams } from './backend.ts'
import { Counts, type UpstreamFigures } from './figures.ts'

/** Upstreams of a gateway, by name. */
export class Backends {
  readonly #settings: GatewaySettings
  readonly #counts = new Map<string, Counts>()
  #byName: ReadonlyMap<string, Backend> = new Map()

  /** @throws SettingsError if an upstream or an option of its client is invalid */
  constructor(upstreams: readonly Upstream[], settings: GatewaySettings) {
    this.#settings = settings
    this.reload(upstreams)
  }

  get byName(): ReadonlyMap<string, Backend> {
    return this.#byName
  }

  /**
   * Replaces the upstreams. An unchanged upstream keeps its client and everything learned about it; the clients of all
   * others are closed after their last call.
   *
   * @throws SettingsError if a setting is invalid; nothing is changed then
   */
  reload(upstreams: readonly Upstream[]): void {
    const checked = checkUpstreams(upstreams)
    const before = this.#byName
    const made: Backend[] = []
    const changes: (() => void)[] = []
    let next: Backend[]
    try {
      next = checked.map((upstream) => {
        const known = before.get(upstream.name)
        if (known?.canReuseFor(upstream, changes)) return known
        const backend = new Backend(upstream, this.#settings, this.#countsOf(upstream.name))
        made.push(backend)
        return backend
      })
    } catch (error) {
      for (const backend of made) backend.retire()
      throw error
    }
    for (const change of changes) change()
    this.#byName = new Map(next.map((backend) => [backend.name, backend]))
    for (const backend of before.values()) if (!next.includes(backend)) backend.retire()
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#byName.values()].map((backend) => backend.close()))
  }

  figures(): UpstreamFigures[] {
    return [...this.#byName.values()].map(({ name, base, client, counts }) => {
      const { waiting, inFlight } = client.status()
      const { open, ended, attempts, hungUp, brokenOff, bytesIn, bytesOut, queued, upstream } = counts
      const callers = new Map(Array.from(counts.callers, ([caller, figures]) => [caller, { ...figures }]))
      const statuses = new Map(counts.statuses)
      const problems = new Map(counts.problems)
      const sums = { ended, attempts, statuses, problems, hungUp, brokenOff, bytesIn, bytesOut, queued, upstream }
      return { name, url: base, open, waiting, inFlight, callers, ...sums }
    })
  }

  #countsOf(name: string): Counts {
    const counts = this.#counts.get(name) ?? new Counts()
    this.#counts.set(name, counts)
    return counts
  }
}
