import { isDeepStrictEqual } from 'node:util'
import { type Client, type ClientOptions, createClient, SettingsError } from 'sluice'
import { parseRate, parseTimeLimit, type RateInput, wholeNumber, withoutTransport } from 'sluice/internal'
import type { Problem } from '../messages/problem.ts'
import type { Place } from '../messages/target.ts'
import type { GatewaySettings, Upstream } from '../options.ts'
import type { CallerFigures, Counts } from './figures.ts'
import { passThrough } from './pass-through.ts'

/** Maximum calls waiting for the limits of one upstream, and the share reserved for callers with few requests. */
const usualWaiting = 10_000
const reservedShare = 0.1

/** Default timeout of one attempt, as for a client. */
const usualTimeout = '30s'

/** Upstream with its client. */
export class Backend implements Place {
  readonly name: string
  readonly base: string
  /** Path of its URL, without a trailing slash. */
  readonly basePath: string
  readonly prefix: string
  readonly client: Client
  readonly counts: Counts
  /** Fields that the gateway sets itself: values sent by callers do not reach the upstream. */
  readonly ownFields: ReadonlySet<string>
  /** True if responses to GET and HEAD are buffered, because they are cached or shared. */
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
    const timeout = parseTimeLimit('timeout', options.timeout ?? usualTimeout)
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
   * True if its client can be reused for another upstream: same URL and options, with functions compared by identity.
   * Changed rates and concurrency are added to `changes`: the client continues with them and retains what it has
   * learned.
   *
   * @throws SettingsError if the changed values are invalid
   */
  canReuseFor({ base, client: options }: CheckedUpstream, changes: (() => void)[]): boolean {
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

  /** Refusal for a caller with many queued requests, if the rest of the queue is for others; undefined otherwise. */
  refusalOf({ open }: CallerFigures): Problem | undefined {
    const { maxWaiting = usualWaiting } = this.#options
    const kept = Math.floor(maxWaiting * reservedShare)
    const most = maxWaiting - kept
    if (open <= kept || this.counts.open < most || this.client.status().waiting < most) return undefined
    const detail = `${most} calls wait, and ${open} requests of this caller are open: the remaining places of ${maxWaiting} are for other callers (maxWaiting).`
    return { status: 503, code: 'SLUICE_QUEUE_FULL', detail, retryAfter: 1 }
  }

  /** Called when a request of a caller starts. */
  enter(): void {
    this.#open++
    this.counts.open++
  }

  /** Called when a request of a caller has ended, including its response. */
  leave(): void {
    this.#open--
    this.counts.open--
    this.counts.ended++
    if (this.#isRetired && this.#open === 0) void this.close()
  }

  /** Closes the client when its last call has ended. */
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

/** Upstream with a valid name and URL. */
export interface CheckedUpstream {
  readonly name: string
  /** Origin and path, without a trailing slash. */
  readonly base: string
  readonly client: NonNullable<Upstream['client']>
}

/** @throws SettingsError if a name or URL is invalid */
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
    throw new SettingsError(`${where}: credentials do not belong in the URL; use auth`)
  if (url.search !== '' || url.hash !== '') throw new SettingsError(`${where}: the URL has a query or a fragment`)
  return url.origin + url.pathname.replace(/\/$/, '')
}
