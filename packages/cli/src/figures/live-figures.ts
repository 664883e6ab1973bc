import type { Change, HostFigures, LiveRun, OpenRequest } from '@sluice/dashboard'
import type { ApiRequest, CallResult, SluiceEvent } from 'sluice'
import type { Redact } from '../outputs/redactor.ts'
import { changeText } from './change-text.ts'
import { Flights } from './flights.ts'
import { KeptCalls } from './kept-calls.ts'
import { RunCollector } from './run-collector.ts'
import { shownText } from './shown-text.ts'

/** Maximum number of entries in each list. */
const kept = { changes: 50, oldest: 10, hosts: 20 } as const
/** Maximum number of hosts, and of requests in flight, that are tracked. */
const maxFollowed = 10_000

type Host = { -readonly [Name in Exclude<keyof HostFigures, 'host'>]: HostFigures[Name] }

/** Figures of a run for its live page, in bounded memory. Times are milliseconds since the start of the run. */
export class LiveFigures {
  readonly collector: RunCollector
  readonly calls: KeptCalls
  readonly #redact: Redact
  readonly #startedAt: number
  readonly #flights = new Flights()
  /**
   * Requests in flight in the order in which they started, and the attempt of each. Not a map: V8 replaces its table every
   * few dozen removals, and each old table holds the next alive, with its requests.
   */
  readonly #open: ApiRequest[] = []
  readonly #attempts: { readonly attempt: number; readonly since: number }[] = []
  readonly #hosts = new Map<string, Host>()
  #changes: Change[] = []

  /** `startedAt` uses the clock of the events. */
  constructor(redact: Redact, startedAt: number) {
    this.#redact = redact
    this.#startedAt = startedAt
    this.collector = new RunCollector(redact)
    this.calls = new KeptCalls(redact)
  }

  observe(event: SluiceEvent): void {
    switch (event.type) {
      case 'attempt.started':
        this.#begin(event)
        return
      case 'redirect.followed':
        this.#end(event.request)
        return
      case 'attempt.settled':
        this.#end(event.request)
        this.#settle(event)
        return
      default: {
        const text = changeText(event)
        if (text === undefined) return
        this.#changes = [
          { atMs: event.at - this.#startedAt, text: shownText(this.#redact, text) },
          ...this.#changes,
        ].slice(0, kept.changes)
      }
    }
  }

  /** Adds the result of a call that settled at `now`. */
  add(result: CallResult, now: number): void {
    const atMs = now - this.#startedAt
    this.collector.addCall(result, atMs)
    this.calls.add(result, atMs)
  }

  /** Records the number of requests in flight and the current limit. */
  sample(now: number, inFlight: number, limit: number): void {
    this.#flights.add(now - this.#startedAt, inFlight, limit)
  }

  picture(now: number): Pick<LiveRun, 'flights' | 'changes' | 'oldest' | 'recent' | 'slowest' | 'failures' | 'hosts'> {
    return {
      flights: this.#flights.series(),
      changes: this.#changes,
      oldest: this.#oldest(now),
      ...this.calls.picture(),
      hosts: this.#busiest(),
    }
  }

  #begin({ request, attempt, at }: Extract<SluiceEvent, { type: 'attempt.started' }>): void {
    const host = this.#hostOf(request.partition)
    if (host !== undefined) {
      host.inFlight++
      host.requests++
    }
    if (this.#open.length >= maxFollowed) return
    this.#open.push(request)
    this.#attempts.push({ attempt, since: at })
  }

  #end(request: ApiRequest): void {
    const place = this.#open.indexOf(request)
    if (place !== -1) {
      this.#open.splice(place, 1)
      this.#attempts.splice(place, 1)
    }
    const host = this.#hosts.get(request.partition)
    if (host !== undefined && host.inFlight > 0) host.inFlight--
  }

  #settle({ request, verdict }: Extract<SluiceEvent, { type: 'attempt.settled' }>): void {
    const host = this.#hosts.get(request.partition)
    if (host === undefined || verdict === 'cancelled' || verdict === 'success') return
    if (verdict === 'throttled') host.throttled++
    else host.failed++
  }

  #hostOf(name: string): Host | undefined {
    let host = this.#hosts.get(name)
    if (host === undefined && this.#hosts.size < maxFollowed) {
      host = { inFlight: 0, requests: 0, failed: 0, throttled: 0 }
      this.#hosts.set(name, host)
    }
    return host
  }

  #oldest(now: number): OpenRequest[] {
    return this.#attempts.slice(0, kept.oldest).map(({ attempt, since }, place) => {
      const request = this.#open[place]!
      const text = shownText(this.#redact, `${request.method} ${request.url}`, request)
      return { request: text, attempt, forMs: now - since }
    })
  }

  #busiest(): HostFigures[] {
    return Array.from(this.#hosts, ([name, host]) => ({ host: shownText(this.#redact, name), ...host }))
      .sort((a, b) => b.requests - a.requests)
      .slice(0, kept.hosts)
  }
}
