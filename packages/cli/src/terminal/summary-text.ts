import { formatDuration } from 'sluice'
import type { RunSummary } from '../figures/run-figures.ts'
import { errorRows, hostText, receivedText, requestsText, statusText, timesText } from './figures-text.ts'
import { paint, type Style } from './terminal.ts'
import { cleanText, costText, countText } from './text.ts'

/** Summary of a run, for people. */
export function summaryText(summary: RunSummary, style: Style, profile?: string): string {
  const rows = [
    ['status', statusText(summary)],
    ['attempts', timesText(summary)],
    ['requests', requestsText(summary, throughputText(summary))],
    ['received', receivedText(summary)],
    ['keys', keysLine(summary, style)],
    ['waited', waitedLine(summary, style)],
    ['limited by', limitLine(summary, profile)],
    ...(summary.hosts ?? []).map((trouble, index): [string, string] => [index === 0 ? 'hosts' : '', hostText(trouble)]),
    ...errorRows(summary, 5, (text) => paint(style, 'red', text)),
    ['cost', costText(summary)],
    ['run', runLine(summary)],
    ...nextSteps(summary),
  ].filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
  const label = (text: string): string => paint(style, 'dim', text.padEnd(11))
  return `${headline(summary, style)}\n${rows.map(([name, text]) => `  ${label(name)}${text}\n`).join('')}`
}

/** Counts and kinds of the failures of a run, for --quiet. */
export function troubleText(summary: RunSummary): string {
  const errors = errorRows(summary, 5).map(([, text]) => `\n  ${text}`)
  return `${countsText(summary)}${errors.join('')}`
}

function headline(summary: RunSummary, style: Style): string {
  const isGood = summary.failed === 0 && summary.stopped === undefined
  const mark = isGood ? (style.ascii ? 'ok' : '✓') : style.ascii ? '!!' : '✗'
  const painted = paint(style, isGood ? 'green' : 'red', mark)
  return `${painted} ${countText(summary.done)} done in ${formatDuration(summary.elapsedMs)}: ${countsText(summary)}`
}

function countsText(summary: RunSummary): string {
  const { succeeded, failed, unfinished, skipped } = summary
  const parts = [`${countText(succeeded)} succeeded`]
  if (failed > 0) parts.push(`${countText(failed)} failed`)
  if (summary.stopped !== undefined && summary.total === undefined)
    parts.push(unfinished === 0 ? 'the input not read to its end' : `at least ${countText(unfinished)} unfinished`)
  else if (unfinished > 0) parts.push(`${countText(unfinished)} unfinished`)
  if (skipped > 0) parts.push(`${countText(skipped)} skipped: their files exist`)
  return `${parts.join(', ')}${summary.stopped === undefined ? '' : `, stopped: ${summary.stopped}`}`
}

function throughputText({ done, requests, throughput }: RunSummary): string {
  return done === 0 && requests === 0 ? '' : `; ${throughput.toFixed(1)} results/s`
}

function waitedLine({ waitedMs }: RunSummary, style: Style): string | undefined {
  const parts = Object.entries(waitedMs).map(([gate, wait]) =>
    gate === 'backoff' ? `between attempts ${formatDuration(wait)} over all` : `for ${gate} ${formatDuration(wait)}`,
  )
  return parts.join(style.ascii ? ', ' : ' · ')
}

function keysLine({ keys = {} }: RunSummary, style: Style): string {
  const parts = Object.entries(keys).map(([name, { requests, refused }]) => {
    const times = `${countText(requests)} ${requests === 1 ? 'request' : 'requests'}`
    return `${cleanText(name)} ${times}${refused === undefined ? '' : `, refused with ${refused}`}`
  })
  return parts.join(style.ascii ? '; ' : ' · ')
}

/** Descriptions of the limits. */
const limits: ReadonlyMap<string, string> = new Map([
  ['server', 'the server (no local limit was reached)'],
  ['Retry-After', 'the server, which requested a wait (Retry-After)'],
  ['learned rate', 'a rate inferred from refusals of the server'],
  ['advertised quota', 'the quota that the server advertises'],
  ['breaker', 'the server, which failed so often that it was paused'],
  ['refusals', 'waits after refusals of the server'],
  ['connection errors', 'connection errors'],
  ['backoff', 'waits between attempts (--backoff)'],
  ['paging', 'pages, each of which names the next'],
  ['input', 'the input, which arrived slowly'],
  ['output', 'the output, which was written slowly'],
  ['pause', 'a pause (key p)'],
  ['memory', 'memory for response bodies: a higher --max-memory may be faster'],
  ['concurrency per host', 'concurrency per host: a higher --per-host may be faster'],
])

/** Prefix of a limit that applies to each key of a pool separately. */
const everyKey = 'every key: '

/** Minimum share of the time for a limit to be listed. */
const noticeable = 0.1

/** Limits of the run, with their shares of the time if there are several. */
function limitLine(
  { limitMs = {}, isAuto, concurrency, requests }: RunSummary,
  profile: string | undefined,
): string | undefined {
  const all = Object.entries(limitMs)
  const whole = all.reduce((sum, [, time]) => sum + time, 0)
  if (requests === 0 || whole === 0) return undefined
  const found = `concurrency: ${concurrency} in flight, found automatically`
  const typed =
    profile === undefined
      ? 'concurrency: a higher --concurrency may be faster'
      : `concurrency: ${concurrency} in flight, with --profile ${profile}`
  const nameOf = (limit: string): string => {
    if (limit.startsWith(everyKey)) return `${nameOf(limit.slice(everyKey.length))}, for every key`
    return limit === 'concurrency' ? (isAuto ? found : typed) : (limits.get(limit) ?? limit)
  }
  const shown = all.filter(([, time]) => time >= whole * noticeable)
  if (shown.length === 1) return nameOf(shown[0]![0])
  return shown.map(([limit, time]) => `${Math.round((time * 100) / whole)} % ${nameOf(limit)}`).join('; ')
}

/** Suggested remedy for each error code. */
const remedies: ReadonlyMap<string, string> = new Map([
  [
    'SLUICE_THROTTLED',
    'set the API’s limit with --rate, such as --rate 10/s, or allow more refusals with --max-throttles',
  ],
  ['SLUICE_ATTEMPT_TIMEOUT', 'allow each attempt more time with --timeout, or lower the concurrency with -c'],
  ['SLUICE_DEADLINE', 'allow each call more time with --deadline'],
  ['SLUICE_PENDING', 'try again later: the result was not ready in time'],
  ['SLUICE_SERVER_ERROR', 'try more often with --attempts, or lower the concurrency with -c'],
  ['SLUICE_NOT_PROCESSED', 'the server refuses HTTP/2 streams: lower --concurrency'],
  ['SLUICE_CONNECTION_LOST', 'try more often with --attempts; POST is repeated with --idempotency-key'],
  ['SLUICE_CONNECT', 'check that the server runs, and its port'],
  ['SLUICE_DNS', 'check the host name'],
  ['SLUICE_TLS', 'trust the server’s authority with --cacert FILE'],
  ['SLUICE_BODY_TOO_LARGE', 'allow more with --max-body'],
  ['SLUICE_DECODED_TOO_LARGE', 'allow more with --max-body, if you trust the server'],
  ['SLUICE_NOT_JSON', 'take the bodies as they are with --read-as text'],
  ['SLUICE_NOT_TEXT', 'take the bodies as they are with --read-as bytes'],
  ['SLUICE_BAD_INPUT', 'fix the input at the lines named above'],
  ['SLUICE_CONNECT_TIMEOUT', 'check host and port, or allow more time with --connect-timeout'],
  ['SLUICE_TOO_MANY_REDIRECTS', 'allow more with --max-redirects; a loop often means that a login is missing'],
  ['SLUICE_PAGE_LIMIT', 'read more pages with --max-pages'],
])

/** State of the stored run over all its sessions. */
function runLine({ run }: RunSummary): string | undefined {
  if (run === undefined) return undefined
  const parts = [`${countText(run.succeeded)} succeeded`]
  if (run.failed > 0) parts.push(`${countText(run.failed)} failed`)
  if (run.parked > 0) parts.push(`${countText(run.parked)} parked until ${run.nextDueAt} or later`)
  return `${cleanText(run.name)} in ${run.store}: ${parts.join(', ')}${run.isFinished ? '' : ', not finished'}`
}

function nextSteps(summary: RunSummary): [string, string][] {
  const advice = remedy(summary)
  const steps = [...(advice === undefined ? [] : [advice]), ...(summary.run?.next ?? [suggestStore(summary)])]
  return steps.filter((step) => step !== '').map((step, index) => [index === 0 ? 'next' : '', step])
}

/** Suggests `--store`: a run that is not stored cannot be resumed. */
function suggestStore({ failed, stopped }: RunSummary): string {
  return failed === 0 && stopped === undefined ? '' : 'with --store, sluice resume and sluice retry continue from here'
}

/** True if an error names a date more than a minute ahead. Earlier dates would have been waited for. */
function isFarAway(message: string): boolean {
  const date = /(?:until|retry at) (\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(message)?.[1]
  return date !== undefined && Date.parse(date) > Date.now() + 60_000
}

function remedy({ errors, hosts = [], stopped }: RunSummary): string | undefined {
  if (stopped === 'bad input') return 'correct that line, or continue past such lines with --skip-bad-input'
  const commonest = errors[0]
  if (commonest === undefined) {
    return hosts[0]?.hasAnswered === false ? 'check that the server runs, its name and its port' : undefined
  }
  if (isFarAway(commonest.message)) return 'resume after that date, or wait for it with --max-retry-after'
  if (commonest.code !== 'SLUICE_CLIENT_ERROR') return remedies.get(commonest.code) ?? 'see each attempt with -v'
  return /^40[13]/.test(commonest.message)
    ? 'give credentials with --auth bearer:env:TOKEN'
    : 'see a whole response with curl -i, or each attempt with -v'
}
