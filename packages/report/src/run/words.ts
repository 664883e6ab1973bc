import { cleanText } from '../markup.ts'
import type { RunReport } from '../run-report.ts'
import { countText, drawable, durationText, rateText, shareText } from '../text.ts'

/** Outcome in a few words. */
export function headlineOf({ done, succeeded, failed, unfinished }: RunReport): string {
  if (!(done > 0)) return unfinished > 0 ? `Nothing done, ${countText(unfinished)} unfinished` : 'Nothing to do'
  if (succeeded > 0 && failed === 0 && unfinished === 0) return `All ${countText(succeeded)} succeeded`
  if (succeeded === 0 && failed === done) return `All ${countText(failed)} failed${unfinishedText(unfinished)}`
  const first = `${countText(succeeded)} of ${countText(done + Math.max(0, unfinished || 0))} succeeded`
  return `${first}, ${failed === 0 ? 'none' : countText(failed)} failed${unfinishedText(unfinished)}`
}

/** Sentence with the duration and the throughput. */
export function paceOf({ elapsedMs, throughput, requests, requestsPerItem }: RunReport): string {
  const each = (drawable(requestsPerItem) ?? 0) > 0 ? `, ${requestsPerItem.toFixed(2)} for each` : ''
  return `In ${durationText(elapsedMs)}: ${rateText(throughput)} results a second from ${countText(requests)} requests${each}.`
}

/** Reason why the run was stopped, if it was; external text in it is cleaned. */
export function stopOf({ stopped }: RunReport): string | undefined {
  return stopped === undefined ? undefined : cleanText(stopped)
}

/** Missed thresholds, one per line; external text in them is cleaned. */
export function missedLines({ missed = [] }: RunReport): readonly string[] {
  return missed.map((line) => cleanText(`${line.slice(0, 1).toUpperCase()}${line.slice(1)}.`))
}

/** Hosts in trouble at the end, one per line; external text in them is cleaned. */
export function hostLines({ hosts = [] }: RunReport): readonly string[] {
  return hosts.map(
    ({ host, hasAnswered, failures, error }) =>
      `${cleanText(host, 200)} ${hasAnswered ? 'failed' : 'never answered'}, ${countText(failures)} times: ${cleanText(error, 300)}`,
  )
}

/** Keys of the pool, one per line; their names are cleaned. */
export function keyLines({ keys = {} }: RunReport): readonly string[] {
  return Object.entries(keys).map(([name, { requests, refused }]) => {
    const end = refused === undefined ? '' : `, refused with ${countText(refused)}`
    return `${cleanText(name, 100)}: ${countText(requests)} requests${end}`
  })
}

/** Costs of the run and the remaining budget, with their names; empty if unknown. */
export function spentLines({ spent, budgetLeft }: RunReport): readonly [name: string, amounts: string][] {
  return [
    ...(spent === undefined ? [] : [['Spent', amountsOf(spent)] as [string, string]]),
    ...(budgetLeft === undefined ? [] : [['Left of the budget', amountsOf(budgetLeft)] as [string, string]]),
  ]
}

/** Maximum number of units; the others are left out. */
const maxUnits = 10

function amountsOf(costs: Readonly<Record<string, number>>): string {
  const units = Object.entries(costs).slice(0, maxUnits)
  return units.map(([unit, amount]) => `${countText(amount)} ${cleanText(unit, 40)}`).join(', ')
}

/** Sentence about the main limit of the run; external text in it is cleaned. */
export function limitOf({ limitedBy, waitedMs, limitMs, elapsedMs }: RunReport): string {
  if (limitedBy === undefined) return 'The limit of the run is unknown.'
  const waited = Object.hasOwn(waitedMs, limitedBy) ? drawable(waitedMs[limitedBy]) : undefined
  const elapsed = drawable(elapsedMs)
  const limited = limitMs !== undefined && Object.hasOwn(limitMs, limitedBy) ? drawable(limitMs[limitedBy]) : undefined
  if (elapsed && limited !== undefined) {
    return `Limited by ${limitName(limitedBy)} for ${shareText(Math.min(1, limited / elapsed))} of the time.`
  }
  // Backoff is a sum over all calls, not a share of the time.
  const share = limitedBy !== 'backoff' && elapsed && waited !== undefined ? Math.min(1, waited / elapsed) : undefined
  const how = share === undefined ? '' : `: calls waited for it ${shareText(share)} of the time`
  if (limitedBy === 'server') return `Limited by the server (no local limit was reached).`
  return `Limited by ${limitName(limitedBy)}${how}.`
}

/** Limit name for people. */
export function limitName(limit: string): string {
  switch (limit) {
    case 'concurrency':
      return 'the number in flight'
    case 'Retry-After':
      return 'the API, which requested a wait (Retry-After)'
    case 'advertised quota':
      return 'the quota that the API advertises'
    case 'learned rate':
      return 'a rate inferred from refusals'
    case 'backoff':
      return 'backoff between attempts'
    case 'server':
      return 'the server (no local limit was reached)'
    case 'input':
      return 'the input, which arrived slowly'
    case 'output':
      return 'the output, which was written slowly'
    case 'paging':
      return 'following pages one after another'
    case 'refusals':
      return 'waits after refusals'
    case 'breaker':
      return 'the host, which failed and was paused'
    default:
      return /^rate /.test(limit) ? `the configured ${cleanText(limit, 80)}` : cleanText(limit, 80)
  }
}

function unfinishedText(unfinished: number): string {
  return unfinished > 0 ? `, ${countText(unfinished)} unfinished` : ''
}
