import { parseCount, type RateLimitDialect, type RateLimitSignal, toSignals } from './signal.ts'
import { isWhole, listItems } from './structured-field.ts'

/** Quota identified by its number and window, such as `100;w=60`. */
export interface Quota {
  readonly limit: number
  /** Length of the window in milliseconds. */
  readonly window: number
  /** Name of the quota, set only by Envoy. */
  readonly name: string | undefined
}

/** First limit of a field such as `100, 100;w=60, 1000;w=3600`, and the quotas after it. */
export interface LimitList {
  readonly limit: number | undefined
  readonly quotas: readonly Quota[]
}

/** State of the quota closest to exhaustion, as a response reports it. */
export interface Report {
  readonly policy?: string | undefined
  readonly resource?: string | undefined
  readonly limit: number | undefined
  readonly remaining: number | undefined
  readonly resetAfter: number | undefined
}

/**
 * Parses `RateLimit-Limit` and `RateLimit-Policy` of drafts 00 to 07 (draft 06 section 3.1), and Envoy's
 * `X-RateLimit-Limit`. Differing bare numbers are ignored: they come from two servers, or mean `1,000`.
 */
export function parseLimitList(field: string | undefined): LimitList {
  const single = parseCount(field)
  if (single !== undefined) return { limit: single, quotas: [] }
  const items = listItems(field).filter(({ value }) => isWhole(value, 0))
  const [limit, ...different] = new Set(
    items.filter(({ parameters }) => !parameters.has('w')).map(({ value }) => value as number),
  )
  const quotas = items.flatMap(({ value, parameters }): readonly Quota[] => {
    const seconds = parameters.get('w')
    const name = parameters.get('name')
    if (!isWhole(seconds, 1)) return []
    return [{ limit: value as number, window: seconds * 1_000, name: typeof name === 'string' ? name : undefined }]
  })
  return { limit: different.length > 0 ? undefined : limit, quotas }
}

/**
 * Returns one signal for the report, with the window of the quota that has the same limit, and one for each other
 * quota.
 *
 * A single quota is named `default`. Several are named as written, `100;w=60`, because each response may report
 * another one.
 */
export function unnamedSignals(
  dialect: RateLimitDialect,
  report: Report,
  quotas: readonly Quota[],
): readonly RateLimitSignal[] {
  const isBlank = report.limit === undefined && report.remaining === undefined && report.resetAfter === undefined
  const own = isBlank ? undefined : ownQuota(report, quotas)
  const { limit = own?.limit, remaining, resetAfter, resource } = report
  const nameOf = (quota: Quota): string =>
    quota.name ?? (quotas.length === 1 && (quota === own || isBlank) ? 'default' : written(quota))
  const policy = report.policy ?? (own === undefined ? 'default' : nameOf(own))
  return [
    ...toSignals({ dialect, policy, limit, remaining, window: own?.window, resetAfter, resource }),
    ...quotas
      .filter((quota) => quota !== own)
      .flatMap((quota) => toSignals({ dialect, policy: nameOf(quota), limit: quota.limit, window: quota.window })),
  ]
}

function ownQuota({ limit }: Report, quotas: readonly Quota[]): Quota | undefined {
  if (limit === undefined) return quotas.length === 1 ? quotas[0] : undefined
  return quotas.find((quota) => quota.limit === limit)
}

function written({ limit, window }: Quota): string {
  return `${limit};w=${window / 1_000}`
}
