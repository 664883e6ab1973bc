import { isDeepStrictEqual } from 'node:util'
import { type Client, type ClientOptions, createClient, parseDuration, SettingsError } from 'sluice'
import { parseRate, type RateInput, wholeNumber, withoutTransport } from 'sluice/internal'
import type { Problem } from '../messages/problem.ts'
import type { Place } from '../messages/target.ts'
import type { GatewaySettings, Upstream } from '../options.ts'
import type { CallerFigures, Counts } from './figures.ts'
import { passThrough } from './pass-through.ts'

/** Calls that wait for the limits of one upstream, and the part of their queue that no caller with much in it gets. */
const usualWaiting = 10_000
const partForOthers = 0.1

/** Default time for one attempt, as that of a client. */
const usualTimeout = '30s'

/** An upstream with its client. */
export class Backend implements Place {
  readonly name: string
  readonly base: string
  /** Path of its URL, without a slash at the end. */
  readonly basePath: string
  readonly prefix: string
  readonly client: Client
  readonly counts: Counts
  /** Fields that the gateway sets itself: a caller's own do not reach the upstream. */
  readonly ownFields: ReadonlySet<string>
  /** True if answers to GET and HEAD are read whole, because they are kept or shared. */
  readonly readsWhole: boolean
  #options: NonNullable<Upstream['client']>
  #open = 0
  #isRetired = false

  constructor(upstream: CheckedUpstream, { clock, maxWait, telemetry }: GatewaySettings, counts: Counts) {
    const { name, base, client: options } = upstream
    this.name = name
    this.base = base
    this.basePath = new URL(base).pathname.replace(/\/$/, '')
    this.prefix = name === '' ? '' : `/${name}`
    this.#options = options
    this.counts = counts
    this.ownFields = ownFieldsOf(options)
    this.readsWhole = options.cache !== undefined || options.coalesce === true || Boolean(options.hedge)
    const timeout = parseDuration('timeout', options.timeout ?? usualTimeout)
    this.client = createClient({
      maxWaiting: usualWaiting,
      maxWait,
      clock,
      telemetry,
      ...withoutTransport(options),
      headers: { 'user-agent': undefined, accept: undefined, ...options.headers },
      maxRedirects: 0,
      transport: passThrough({ connections: options, clock, timeout }),
    })
  }

  /**
   * True if its client does for another upstream: same URL and options, functions by identity. A rate or concurrency that differs is
   * added to `changes`: the client goes on with it, and keeps what it has learned.
   *
   * @throws SettingsError if those cannot work
   */
  takesOn({ base, client: options }: CheckedUpstream, changes: (() => void)[]): boolean {
    const { rate, concurrency, ...others } = options
    const { rate: oldRate, concurrency: oldConcurrency, ...oldOthers } = this.#options
    const isKind = (rate === undefined) === (oldRate === undefined) && typeof concurrency === typeof oldConcurrency
    if (base !== this.base || !isKind || !isDeepStrictEqual(others, oldOthers)) return false
    if (!isDeepStrictEqual(rate, oldRate)) {
      for (const one of [rate ?? []].flat() as readonly RateInput[]) parseRate('rate', one)
      changes.push(() => this.client.setRate(rate))
    }
    if (typeof concurrency === 'number' && concurrency !== oldConcurrency) {
      wholeNumber('concurrency', concurrency, 1)
      changes.push(() => this.client.setConcurrency(concurrency))
    }
    changes.push(() => {
      this.#options = options
    })
    return true
  }

  /** Why no further request of a caller is taken on, if so: it has much in the queue, and what is left of that is for others. */
  refusalOf({ open }: CallerFigures): Problem | undefined {
    const { maxWaiting = usualWaiting } = this.#options
    const kept = Math.floor(maxWaiting * partForOthers)
    const most = maxWaiting - kept
    if (open <= kept || this.counts.open < most || this.client.status().waiting < most) return undefined
    const detail = `${most} calls wait, and ${open} requests of this caller are open: the rest of ${maxWaiting} places is for others (maxWaiting).`
    return { status: 503, code: 'SLUICE_QUEUE_FULL', detail, retryAfter: 1 }
  }

  /** A request of a caller has begun. */
  enter(): void {
    this.#open++
    this.counts.open++
  }

  /** A request of a caller has ended, its answer included. */
  leave(): void {
    this.#open--
    this.counts.open--
    this.counts.ended++
    if (this.#isRetired && this.#open === 0) void this.close()
  }

  /** Ends when its last call has ended. */
  retire(): void {
    this.#isRetired = true
    if (this.#open === 0) void this.close()
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}

function ownFieldsOf({ auth, pool, headers = {} }: ClientOptions): ReadonlySet<string> {
  const fields = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  if (auth !== undefined || pool !== undefined) fields.add('authorization')
  if (auth?.place.kind === 'header') fields.add(auth.place.name)
  return fields
}

/** An upstream whose name and URL are right. */
export interface CheckedUpstream {
  readonly name: string
  /** Origin and path, without a slash at the end. */
  readonly base: string
  readonly client: NonNullable<Upstream['client']>
}

/** @throws SettingsError if names or URLs cannot be those of upstreams */
export function checkUpstreams(upstreams: readonly Upstream[]): readonly CheckedUpstream[] {
  if (!Array.isArray(upstreams) || upstreams.length === 0)
    throw new SettingsError('upstreams: expected a list of at least one upstream')
  const names = new Set<string>()
  return upstreams.map((upstream, index) => {
    const { name = '', url, client = {} } = upstream
    const where = name === '' ? `upstreams[${index}]` : `upstream ${name}`
    if (name === '' && upstreams.length > 1) throw new SettingsError(`${where}: one of several upstreams needs a name`)
    if (name !== '' && !/^[A-Za-z0-9][\w.~-]{0,99}$/.test(name))
      throw new SettingsError(`${where}: a name has letters, digits, and - _ . ~ within it`)
    if (names.has(name)) throw new SettingsError(`${where}: two upstreams have this name`)
    names.add(name)
    return { name, base: baseOf(where, url), client }
  })
}

function baseOf(where: string, given: string | URL): string {
  if (!URL.canParse(String(given))) throw new SettingsError(`${where}: expected an http or https URL`)
  const url = new URL(String(given))
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SettingsError(`${where}: only http and https can be called, not ${url.protocol.slice(0, -1)}`)
  if (url.username !== '' || url.password !== '')
    throw new SettingsError(`${where}: credentials do not belong into the URL; use auth`)
  if (url.search !== '' || url.hash !== '') throw new SettingsError(`${where}: the URL has a query or a fragment`)
  return url.origin + url.pathname.replace(/\/$/, '')
}
