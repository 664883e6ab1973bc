import type { HostTrouble } from '@sluice/report'
import type { SluiceEvent } from 'sluice'
import { statusLine } from 'sluice/internal'
import type { Redact } from '../outputs/redactor.ts'

interface Host {
  failures: number
  hasAnswered: boolean
  hasWorked: boolean
  error: string
  pausedUntil: number | undefined
  told: 'nothing' | 'failing' | 'paused'
}

export interface HostHealthOptions {
  readonly redact: Redact
  /** Called once when a host fails and once when it is paused, for a limited number of hosts. */
  readonly onTrouble: (trouble: HostTrouble) => void
}

type Settled = Extract<SluiceEvent, { readonly type: 'attempt.settled' }>
type BreakerChanged = Extract<SluiceEvent, { readonly type: 'breaker.changed' }>

/** Maximum number of hosts tracked. */
const maxHosts = 10_000
/** Maximum number of hosts reported; maximum number listed. */
const maxTold = 5
const maxListed = 10
/** Consecutive failures after which a host that responds is reported. */
const failuresToTell = 10

/** Health of every host, derived from the events of a client. */
export class HostHealth {
  readonly #options: HostHealthOptions
  readonly #hosts = new Map<string, Host>()
  /** Requests in flight since before the first failure, which may still succeed. */
  readonly #early = new Set<unknown>()
  #firstFailureAt: number | undefined
  #hasWorked = false
  #hasAnswered = false
  #told = 0

  constructor(options: HostHealthOptions) {
    this.#options = options
  }

  observe(event: SluiceEvent): void {
    switch (event.type) {
      case 'attempt.started':
        if (!this.#hasWorked && this.#firstFailureAt === undefined) this.#early.add(event.request)
        return
      case 'redirect.followed':
        this.#early.delete(event.request)
        return
      case 'attempt.settled':
        this.#early.delete(event.request)
        this.#settle(event)
        return
      case 'breaker.changed':
        this.#change(event)
    }
  }

  /** Hosts in trouble, the worst first. `now` uses the clock of the events. */
  troubles(now: number): readonly HostTrouble[] {
    return [...this.#hosts]
      .filter(([, host]) => host.failures > 0 && (host.pausedUntil !== undefined || !host.hasWorked))
      .sort(([, a], [, b]) => b.failures - a.failures)
      .slice(0, maxListed)
      .map(([name, host]) => troubleOf(name, host, now))
  }

  /** True if hosts have failed and none has responded. */
  get isUnreachable(): boolean {
    return this.#firstFailureAt !== undefined && !this.#hasAnswered
  }

  /**
   * True if nothing has succeeded within `after` milliseconds of the first failure, and no earlier request is in
   * flight.
   */
  hasNeverSucceeded(now: number, after: number): boolean {
    return (
      !this.#hasWorked &&
      this.#firstFailureAt !== undefined &&
      now - this.#firstFailureAt >= after &&
      this.#early.size === 0
    )
  }

  #settle(event: Settled): void {
    const { verdict, status, request, at } = event
    if (verdict === 'cancelled') return
    const host = this.#hostOf(request.partition)
    if (host === undefined) return
    if (status !== undefined) {
      host.hasAnswered = true
      this.#hasAnswered = true
    }
    if (works(event)) {
      this.#hasWorked = true
      host.hasWorked = true
      host.failures = 0
      return
    }
    this.#firstFailureAt ??= at
    host.failures++
    const { redact } = this.#options
    host.error = redact(status === undefined ? (event.error?.summary ?? verdict) : statusLine(status), request)
    if (!host.hasWorked && (!host.hasAnswered || host.failures >= failuresToTell))
      this.#tell(request.partition, host, at)
  }

  #change({ partition, to, until, at, cause }: BreakerChanged): void {
    const host = this.#hostOf(partition)
    if (host === undefined) return
    host.pausedUntil = to === 'open' ? until : undefined
    if (to === 'closed') return
    if (cause !== undefined && host.error === '') host.error = this.#options.redact(cause)
    this.#tell(partition, host, at)
  }

  #tell(name: string, host: Host, now: number): void {
    const news = host.pausedUntil === undefined ? 'failing' : 'paused'
    if (host.told === 'paused' || host.told === news || (host.told === 'nothing' && this.#told >= maxTold)) return
    if (host.told === 'nothing') this.#told++
    host.told = news
    this.#options.onTrouble(troubleOf(name, host, now))
  }

  #hostOf(name: string): Host | undefined {
    const known = this.#hosts.get(name)
    if (known !== undefined || this.#hosts.size >= maxHosts) return known
    const host: Host = {
      failures: 0,
      hasAnswered: false,
      hasWorked: false,
      error: '',
      pausedUntil: undefined,
      told: 'nothing',
    }
    this.#hosts.set(name, host)
    return host
  }
}

/**
 * True if an attempt shows that calls can succeed: it got a response other than a server error or a refusal of all
 * access.
 */
function works({ verdict, status }: Settled): boolean {
  if (verdict === 'success' || verdict === 'throttled') return true
  return status !== undefined && status < 500 && status !== 401 && status !== 403 && status !== 407
}

function troubleOf(host: string, { failures, hasAnswered, error, pausedUntil }: Host, now: number): HostTrouble {
  const wait = pausedUntil === undefined ? undefined : { nextProbeMs: Math.max(0, Math.round(pausedUntil - now)) }
  return { host, failures, hasAnswered, error, ...wait }
}
