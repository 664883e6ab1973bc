import type { CallFilter, FailedCall, FoundCall, FoundCalls } from '@sluice/dashboard'
import type { RunBar } from '@sluice/report'
import type { CallResult } from 'sluice'
import type { Redact } from '../outputs/redactor.ts'
import { foundCall, foundHeaders, maxFound } from './found-call.ts'
import { collectedBar, type Tried, triesOf } from './run-collector.ts'
import { shownText } from './shown-text.ts'

/** Maximum number of calls in each list. */
const kept = { searched: 1_000, recent: 50, slowest: 20, failures: 20 } as const
/** Number of successes, and of failures, that are kept at once; afterwards one in `spacingMs` milliseconds. */
const burst = 100
const spacingMs = 10

/** Parts of a call that are kept: no bodies, and its texts before they are masked. */
interface KeptCall extends Tried {
  readonly atMs: number
  readonly headers?: CallResult['headers']
  readonly error?: { readonly code: string; readonly message: string }
}

/**
 * Bounds how many calls are kept of a fast run: thousands a second, held for a while, cost more than all other figures
 * together.
 */
class Allowance {
  #left = burst
  #at = 0

  take(atMs: number): boolean {
    this.#left = Math.min(burst, this.#left + (atMs - this.#at) / spacingMs)
    this.#at = atMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}

/**
 * The last, the slowest and the last failed calls of a run; of a fast run, samples of them. Bars and masked texts are
 * made when they are looked at.
 */
export class KeptCalls {
  readonly #redact: Redact
  readonly #successes = new Allowance()
  readonly #failed = new Allowance()
  #recent: KeptCall[] = []
  #slowest: KeptCall[] = []
  #failures: KeptCall[] = []

  constructor(redact: Redact) {
    this.#redact = redact
  }

  /** Adds the result of a call that settled `atMs` milliseconds after the start of the run. */
  add(result: CallResult, atMs: number): void {
    const { request, headers, index, id, ok, status, timing, attempts } = result
    const isSlow = this.#slowest.length < kept.slowest || lengthOf(timing) > lengthOf(this.#slowest.at(-1)!.timing)
    if (!(ok ? this.#successes : this.#failed).take(atMs) && !isSlow) return
    const call: KeptCall = {
      index,
      id,
      ok,
      status,
      timing,
      atMs,
      attempts: attempts.length,
      ...triesOf(attempts),
      ...(request === undefined ? undefined : { request: { url: request.url, headers: request.headers } }),
      ...(headers === undefined ? undefined : { headers }),
      ...(ok ? undefined : { error: { code: result.error.code, message: result.error.summary } }),
    }
    this.#recent.push(call)
    // Trimmed occasionally, not for each call.
    if (this.#recent.length > 2 * kept.searched) this.#recent = this.#recent.slice(-kept.searched)
    if (isSlow)
      this.#slowest = [...this.#slowest, call]
        .sort((a, b) => lengthOf(b.timing) - lengthOf(a.timing))
        .slice(0, kept.slowest)
    if (!ok) this.#failures = [call, ...this.#failures].slice(0, kept.failures)
  }

  picture(): { recent: RunBar[]; slowest: RunBar[]; failures: FailedCall[] } {
    return {
      recent: this.#recent.slice(-kept.recent).map((call) => this.#bar(call)),
      slowest: this.#slowest.map((call) => this.#bar(call)),
      failures: this.#failures.map((call) => {
        const { code, message } = call.error!
        return { call: this.#bar(call), atMs: call.atMs, code, message: shownText(this.#redact, message, call.request) }
      }),
    }
  }

  /** Calls that match a filter, the latest first: of the last 1,000, the last failures and the slowest. */
  find({ text, endings, isFailed = false, index }: CallFilter): FoundCalls {
    const all = new Set([...this.#recent.slice(-kept.searched), ...this.#failures, ...this.#slowest])
    const part = text?.toLowerCase()
    const calls: FoundCall[] = []
    for (const call of [...all].sort((a, b) => b.atMs - a.atMs)) {
      if ((index !== undefined && call.index !== index) || (isFailed && call.ok)) continue
      if (endings?.includes(String(call.status ?? call.error?.code)) === false) continue
      const found = foundCall(
        this.#bar(call),
        call.atMs,
        { ...call, url: shownText(this.#redact, call.request?.url ?? call.id, call.request) },
        call.error === undefined ? undefined : shownText(this.#redact, call.error.message, call.request),
      )
      // The masked texts are searched: secrets cannot be guessed letter by letter.
      if (part !== undefined && ![found.call.id, found.url].some((one) => one?.toLowerCase().includes(part))) continue
      calls.push(index === undefined ? found : { ...found, ...this.#headersOf(call) })
      if (calls.length === maxFound) break
    }
    return { calls }
  }

  #headersOf({ request, headers }: KeptCall): Partial<FoundCall> {
    const redact = (text: string): string => this.#redact(text, request)
    return {
      ...(request === undefined ? undefined : { requestHeaders: foundHeaders(request.headers, redact) }),
      ...(headers === undefined ? undefined : { responseHeaders: foundHeaders(headers, redact) }),
    }
  }

  #bar(call: KeptCall): RunBar {
    return collectedBar(call, call.atMs, this.#redact)
  }
}

/** Duration of a call in milliseconds, excluding time outside the phases. */
function lengthOf({ queued, backoff, connect, firstByte, body }: CallResult['timing']): number {
  return queued + backoff + connect + firstByte + body
}
