import { formatDuration } from 'sluice'
import type { SourceAbout, SourceHealth } from '../model/news.ts'
import { defaultLimits, type SourceLimits } from '../model/source.ts'
import type { SourceFailure } from './source-failure.ts'
import type { Visit } from './visit-source.ts'

/** Result of a refresh for one source. */
export interface SourceResult {
  readonly source: string
  readonly state: SourceHealth['state']
  /** New articles, and known ones that have changed. */
  readonly added: number
  readonly updated: number
  /** Listed items without content: withdrawn, deleted, null. */
  readonly missing: number
  /** Requests sent, retries included. */
  readonly requests: number
  readonly ms: number
  /** Message for readers, without secrets. */
  readonly message: string
  /** The source is not fetched again before this instant. */
  readonly nextAt: number | undefined
}

interface Conclusion {
  readonly result: SourceResult
  readonly health: SourceHealth
}

/** Result of a source that is not due, with the reason. */
export function leftAlone(source: string, health: SourceHealth, now: number): SourceResult {
  const { state, nextAt, message } = health
  const untouched = { source, state, added: 0, updated: 0, missing: 0, requests: 0, ms: 0, nextAt }
  if (state === 'muted') return { ...untouched, message: message ?? 'no longer fetched' }
  if (state === 'off' || nextAt === undefined) return { ...untouched, message: 'switched off' }
  return { ...untouched, message: `next fetch at ${formatInstant(nextAt, now)}` }
}

/** Result of a source whose articles or state could not be stored. Its health is unchanged. */
export function notStored(source: string, reason: string, ms: number): SourceResult {
  const message = `not stored: ${reason}`
  return { source, state: 'failing', added: 0, updated: 0, missing: 0, requests: 0, ms, message, nextAt: undefined }
}

/** Result of a source interrupted by an abort. Its health is unchanged, so that the next refresh fetches it. */
export function stopped(result: SourceResult): SourceResult {
  return { ...result, message: `stopped, ${result.added} new stored`, nextAt: undefined }
}

/** Turns a visit into the source's result and its new health. Pure. */
export function conclude(
  source: string,
  visit: Visit,
  before: SourceHealth | undefined,
  limits: SourceLimits,
  times: { readonly triedAt: number; readonly now: number },
): Conclusion {
  const { added, updated, missing, requests, ms } = visit
  const { triedAt, now } = times
  if (isLeftOut(visit)) return leftOut(source, visit, before, now)
  const failures = isSuccess(stateOf(visit)) ? 0 : (before?.failures ?? 0) + 1
  const state = isForgotten(visit, before, failures, now) ? 'muted' : stateOf(visit)
  const isGood = isSuccess(state)
  const until = state === 'limited' ? worst(visit.failures)?.until : undefined
  const about = aboutOf(visit, before, limits)
  const refreshAfter = isGood ? Math.max(visit.refreshAfter ?? 0, about?.refreshAfter ?? 0) : undefined
  const nextAt = afterSkipped(nextTime({ now, limits, failures, refreshAfter, until }), about)
  const message = messageOf(visit, state, nextAt, now)
  return {
    result: { source, state, added, updated, missing, requests, ms, message, nextAt },
    health: {
      source,
      state,
      triedAt,
      succeededAt: isGood ? now : before?.succeededAt,
      nextAt,
      message,
      failures,
      movedTo: isGood ? visit.movedTo : undefined,
      about,
    },
  }
}

/** Information of the source about itself, now or earlier, and its retention unless that is the default. */
function aboutOf({ about }: Visit, before: SourceHealth | undefined, limits: SourceLimits): SourceAbout | undefined {
  const retention = limits.retention === defaultLimits.feed.retention ? undefined : limits.retention
  const all = Object.entries({ ...(about ?? before?.about), retention }).filter(([, value]) => value !== undefined)
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

/** First instant from `at` on outside the hours and days that the source skips; `at` if it skips all. */
function afterSkipped(at: number, { skipHours = [], skipDays = [] }: SourceAbout = {}): number {
  const isSkipped = (instant: number): boolean => {
    const date = new Date(instant)
    return skipHours.includes(date.getUTCHours()) || skipDays.includes(date.getUTCDay())
  }
  for (let hours = 0; hours <= 7 * 24; hours++) {
    const next = hours === 0 ? at : (Math.floor(at / hour) + hours) * hour
    if (!isSkipped(next)) return next
  }
  return at
}

const hour = 3_600_000
const year = 365 * 86_400_000

/** Returns true if a source is gone, or has failed for a year; only a forced refresh fetches it then. */
function isForgotten(visit: Visit, before: SourceHealth | undefined, failures: number, now: number): boolean {
  if (stateOf(visit) !== 'failing') return false
  if (visit.failures.some(({ kind }) => kind === 'gone')) return true
  return failures >= 365 || (failures > 30 && before?.succeededAt !== undefined && now - before.succeededAt > year)
}

/** Returns true if there was no time for any request, which says nothing about the source. */
function isLeftOut({ requests, failures }: Visit): boolean {
  return requests === 0 && failures.length > 0 && failures.every(({ kind }) => kind === 'late')
}

/** Keeps state and due time of the source. */
function leftOut(source: string, { ms }: Visit, before: SourceHealth | undefined, now: number): Conclusion {
  const message = 'skipped: out of time'
  const { state, nextAt = now, failures } = before ?? { state: 'new', failures: 0 }
  return {
    result: { source, state, added: 0, updated: 0, missing: 0, requests: 0, ms, message, nextAt },
    health: { ...before, source, state, nextAt, message, failures },
  }
}

/** A source that delivered something has not failed, unless more than half of the requests have. */
function stateOf({ answers, unchanged, articles, missing, mended, failures }: Visit): SourceHealth['state'] {
  const worstKind = worst(failures)?.kind
  if (worstKind === 'limited') return 'limited'
  if (worstKind === 'refused') return 'failing'
  const failed = failures.filter(({ kind }) => kind !== 'late').length
  if (failures.length > 0 && articles + missing + unchanged === 0) return 'failing'
  if (failed > answers) return 'failing'
  if (mended > 0) return 'mended'
  return unchanged > 0 && unchanged === answers ? 'unchanged' : 'ok'
}

/** Returns true for states of a source that works, entirely or nearly so. */
export function isSuccess(state: SourceHealth['state']): boolean {
  return state === 'ok' || state === 'unchanged' || state === 'mended'
}

function messageOf(visit: Visit, state: SourceHealth['state'], nextAt: number, now: number): string {
  const { added, updated, missing, articles, failures, ms } = visit
  const late = failures.filter(({ kind }) => kind === 'late').length
  const cause = worst(failures)
  const took = formatDuration(ms)
  const isAnswered = state === 'ok' || state === 'mended'
  const parts: string[] = []
  if (articles > 0 || (isAnswered && failures.length === 0))
    parts.push(added > 0 ? `${added} new in ${took}` : `nothing new in ${took}`)
  if (state === 'unchanged') parts.push(`unchanged in ${took}`)
  if (updated > 0) parts.push(`${updated} changed`)
  if (missing > 0) parts.push(`${missing} missing`)
  if (state === 'mended') parts.push('the feed is ill-formed and was read as far as possible')
  if (cause !== undefined && cause.kind !== 'late') {
    const failed = failures.length - late
    parts.push(state === 'limited' || failed === 1 ? cause.message : `${failed} requests failed: ${cause.message}`)
  }
  if (late > 0) parts.push(articles > 0 || isAnswered ? `${late} left: out of time` : `no response in ${took}`)
  if (state === 'muted') parts.push('no longer fetched: remove it, or try again with --force')
  if (state === 'limited') parts.push(`again at ${formatInstant(nextAt, now)}`)
  return parts.join(', ')
}

const badness: readonly SourceFailure['kind'][] = ['limited', 'refused', 'gone', 'malformed', 'failed', 'late']

/** The most important failure: one that stops all requests, otherwise the first. */
function worst(failures: readonly SourceFailure[]): SourceFailure | undefined {
  for (const kind of badness) {
    const found = failures.find((failure) => failure.kind === kind)
    if (found !== undefined) return found
  }
  return undefined
}

const day = 86_400_000
/** Maximum delay until the next fetch, even if a server names a longer one. */
const longestWait = 30 * day

interface Waits {
  readonly now: number
  readonly limits: Pick<SourceLimits, 'interval'>
  /** Consecutive failures, including this one. */
  readonly failures: number
  /** Minimum milliseconds until the next fetch, requested by the source. */
  readonly refreshAfter?: number | undefined
  /** Instant until which the source refuses requests. */
  readonly until?: number | undefined
}

/**
 * Instant of the next fetch: after the source's interval, or the longer one that it requests, up to a day. After
 * consecutive failures the interval doubles each time, up to a day. Never before the instant that the source names.
 */
function nextTime({ now, limits, failures, refreshAfter = 0, until = 0 }: Waits): number {
  const { interval } = limits
  const doubled = Math.min(Math.max(interval, day), interval * 2 ** Math.min(40, Math.max(0, failures - 1)))
  const told = Math.min(day, refreshAfter)
  // Stores hold whole milliseconds, but a quota may reset at a fraction.
  const open = Math.ceil(until)
  return Math.min(Math.max(now + Math.max(doubled, told), open), now + Math.max(interval, longestWait))
}

/** Formats an instant as `12:00 UTC`, with the date unless it is today. */
function formatInstant(at: number, now: number): string {
  const [date, time] = new Date(at).toISOString().split('T') as [string, string]
  const today = new Date(now).toISOString().split('T')[0]
  return `${date === today ? '' : `${date} `}${time.slice(0, 5)} UTC`
}
