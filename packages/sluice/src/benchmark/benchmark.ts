import type { ClientOptions } from '../client/settings.ts'
import { SettingsError } from '../errors/settings-error.ts'
import { createRequest } from '../http/create-request.ts'
import { redactUrl } from '../http/redact.ts'
import type { RequestInput } from '../http/request.ts'
import { isoDate } from '../time/iso-date.ts'
import { diagnose } from './diagnose.ts'
import { Measurement } from './measurement.ts'
import { type BenchmarkOptions, resolveBenchmark } from './options.ts'
import { plannedRequests, rowsOf } from './plan.ts'
import type { BenchmarkError, BenchmarkReport } from './report.ts'
import type { Round, Sample } from './round.ts'
import { median } from './statistics.ts'
import { successRate, summarizeRow } from './summarize-row.ts'
import { sweetSpot } from './sweet-spot.ts'
import { waterfallsOf } from './waterfall.ts'

/**
 * Measures how long a set of requests takes one after another and at several levels of concurrency. Reports the best
 * level, and what limits the throughput.
 *
 * `client` holds the options of the clients that are measured; its `concurrency`, `retry` and `breaker` are ignored.
 * Each row makes `count` requests in each of `repeat` rounds, and never more are sent than `plannedRequests` says:
 * there are no retries, and redirects are not followed. A level above one at which a fifth is refused or fails ends the
 * search upwards, and a server that requests a pause of more than ten seconds ends the measurement.
 *
 * @throws SettingsError if an option is invalid; the signal's reason if aborted. Failed requests are counted, not
 * thrown.
 */
export async function benchmark(
  client: ClientOptions,
  requests: readonly RequestInput[],
  options: BenchmarkOptions = {},
): Promise<BenchmarkReport> {
  const settings = resolveBenchmark(options)
  if (!Array.isArray(requests) || requests.length === 0) {
    throw new SettingsError('requests: expected a list with at least one request')
  }
  settings.signal?.throwIfAborted()
  await using measurement = new Measurement(client, requests, settings)
  const { startedAt } = measurement
  await measurement.run()

  const { rounds, sent, notes } = measurement
  const baseline = { sequential: rateOf('sequential'), reused: rateOf('reused') }
  const rows = rowsOf(settings)
    .map((row) => rounds.filter(({ plan }) => plan.mode === row.mode && plan.concurrency === row.concurrency))
    .filter((own) => own.length > 0)
    .map((own) => summarizeRow(own, baseline))
  const spot = sweetSpot(rows)
  const errors = errorsOf(rounds)
  return {
    schema: 1,
    startedAt: isoDate(startedAt),
    targets: targetsOf(requests, client),
    requestsPerRow: settings.count,
    repeat: settings.repeat,
    plannedRequests: plannedRequests(settings),
    sentRequests: sent,
    rows,
    ...(spot === undefined ? undefined : { sweetSpot: spot.concurrency }),
    ...diagnose(rows),
    ...(errors.length === 0 ? undefined : { errors }),
    notes,
    waterfalls: waterfallsOf(rounds, spot),
  }

  function rateOf(mode: string): number {
    return median(rounds.filter(({ plan }) => plan.mode === mode).map(successRate))
  }
}

/** Maximum number of targets in a report. */
const maxShown = 100

/** Distinct requests with credentials masked. */
function targetsOf(requests: readonly RequestInput[], { baseUrl }: ClientOptions): string[] {
  const targets = new Set<string>()
  for (const input of requests) {
    if (targets.size === maxShown) break
    targets.add(targetOf(input, baseUrl === undefined ? undefined : String(baseUrl)))
  }
  return [...targets]
}

function targetOf(input: RequestInput, baseUrl: string | undefined): string {
  try {
    const { method, url } = createRequest(input, { baseUrl, headers: {}, partition: undefined })
    return `${method} ${redactUrl(url)}`
  } catch {
    // The request itself fails too, and is counted there.
    return 'no request'
  }
}

/** Maximum number of distinct messages; further ones are counted together. */
const maxKinds = 20

/** Why requests failed in the rounds, the most frequent first. */
export function errorsOf(rounds: readonly Round[]): BenchmarkError[] {
  const kinds = new Map<string, { -readonly [Field in keyof BenchmarkError]: BenchmarkError[Field] }>()
  for (const sample of rounds.flatMap(({ samples }) => samples)) {
    if (sample.ok) continue
    const { status } = sample
    const { code, message } = failureOf(sample)
    const isNew = !kinds.has(`${code} ${status} ${message}`)
    const shown = isNew && kinds.size >= maxKinds ? 'other messages' : message
    const kind = kinds.get(`${code} ${status} ${shown}`)
    if (kind !== undefined) kind.count++
    else {
      const known = status === undefined ? undefined : { status }
      kinds.set(`${code} ${status} ${shown}`, { code, ...known, message: shown, count: 1 })
    }
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count)
}

function failureOf({ error, status }: Sample): { readonly code: string; readonly message: string } {
  if (error === undefined) {
    return { code: 'SLUICE_REDIRECT_REFUSED', message: `${status}: a redirect, and those are not followed here` }
  }
  return { code: error.code, message: error.summary }
}
