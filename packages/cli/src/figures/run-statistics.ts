import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { KeyFigures, ReportedError } from '@sluice/report'
import { type CallResult, ConnectError, type SluiceEvent, UnfinishedError } from 'sluice'
import type { Redact } from '../outputs/redactor.ts'
import { shownText } from './shown-text.ts'

/** Counts, statuses, times and errors of a run, in bounded memory. */
export class RunStatistics {
  succeeded = 0
  failed = 0
  skipped = 0
  /** Requests sent or attempted, including retries, redirects and requests without a result. */
  requests = 0
  throttled = 0
  refusedAccess = 0
  unreached = 0
  /** Results by final status; failures without a status are counted by error code. */
  readonly statuses: Map<string, number> = new Map()
  /** Attempts by status or error code, except cancelled ones. */
  readonly attempts: Map<string, number> = new Map()
  /** Attempts by protocol of the connection. */
  readonly protocols: Map<string, number> = new Map()
  /** Bytes of received bodies, decoded. */
  bytes = 0
  /** Keys of a pool, by name. */
  readonly keys: Map<string, KeyFigures> = new Map()
  /** Total wait between attempts in milliseconds, over all calls. */
  backoff = 0
  readonly #times: RecordableHistogram = createHistogram()
  readonly #groups = new ErrorGroups()
  readonly #attemptGroups = new ErrorGroups()
  readonly #redact: Redact

  constructor(redact: Redact) {
    this.#redact = redact
  }

  get done(): number {
    return this.succeeded + this.failed
  }

  /** Duration of an attempt in milliseconds, from its admission to its end. */
  percentile(percent: number): number {
    if (this.#times.count === 0) return 0
    return (percent === 100 ? this.#times.max : this.#times.percentile(percent)) / 1_000
  }

  /** Errors of results, the most frequent first. */
  get errors(): readonly ReportedError[] {
    return this.#groups.list
  }

  /** Errors of attempts, including retried ones, the most frequent first. */
  get attemptErrors(): readonly ReportedError[] {
    return this.#attemptGroups.list
  }

  /** Counts requests when they are sent, and attempts when they settle. */
  observe(event: SluiceEvent): void {
    if (event.type === 'attempt.started') {
      this.requests++
      if (event.key !== undefined)
        this.#setKey(event.key, ({ requests, ...rest }) => ({ requests: requests + 1, ...rest }))
    }
    if (event.type === 'attempt.settled') this.#settle(event)
    if (event.type === 'key.refused') this.#setKey(event.key, (key) => ({ ...key, refused: event.status }))
  }

  add(result: CallResult): void {
    for (const attempt of result.attempts) {
      if (attempt.verdict === 'throttled') this.throttled++
      this.#times.record(Math.max(1, Math.round(attempt.duration * 1_000)))
    }
    this.backoff += result.timing.backoff
    // A call that was stopped early is not done, but unfinished.
    if (!result.ok && result.error instanceof UnfinishedError) return
    if (result.ok) {
      this.succeeded++
      this.#countStatus(String(result.status))
      return
    }
    this.failed++
    if (result.status === 401 || result.status === 403) this.refusedAccess++
    if (result.error instanceof ConnectError) this.unreached++
    const { code } = result.error
    this.#countStatus(result.status === undefined ? code : String(result.status))
    const { request } = result
    const host = request === undefined ? '' : new URL(request.url).host
    const message = this.#redact(result.error.summary, request)
    this.#groups.add(host, code, message, () => this.#redact(result.id, request))
  }

  #settle({
    request,
    verdict,
    status,
    bytes = 0,
    protocol,
    error,
  }: Extract<SluiceEvent, { type: 'attempt.settled' }>): void {
    this.bytes += bytes
    if (verdict === 'cancelled') return
    if (protocol !== undefined) this.protocols.set(protocol, (this.protocols.get(protocol) ?? 0) + 1)
    const name = status === undefined ? (error?.code ?? verdict) : String(status)
    this.attempts.set(name, (this.attempts.get(name) ?? 0) + 1)
    if (error === undefined) return
    const { code, summary } = error
    const shown = (text: string): string => shownText(this.#redact, text, request)
    this.#attemptGroups.add(request.partition, code, shown(summary), () => shown(request.url))
  }

  #setKey(name: string, change: (key: KeyFigures) => KeyFigures): void {
    this.keys.set(name, change(this.keys.get(name) ?? { requests: 0 }))
  }

  #countStatus(name: string): void {
    this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1)
  }
}

/** Results per second over the last ten seconds, from sampled counts. */
export class SettledRate {
  readonly #seen: { readonly at: number; readonly count: number }[] = []

  /** Adds the count at a time in milliseconds, and returns the rate. */
  at(now: number, count: number): number {
    this.#seen.push({ at: now, count })
    while (this.#seen.length > 2 && this.#seen[1]!.at <= now - 10_000) this.#seen.shift()
    const first = this.#seen[0]!
    return now > first.at ? ((count - first.count) * 1_000) / (now - first.at) : 0
  }
}

/** Maximum number of groups; further messages are counted together. */
const maxGroups = 50

/** Counts failures by host, code and message, ignoring dates. Each group has the message of its first failure. */
class ErrorGroups {
  readonly #groups = new Map<string, { code: string; message: string; count: number; example: string }>()

  /** Groups, the most frequent first. */
  get list(): readonly ReportedError[] {
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
