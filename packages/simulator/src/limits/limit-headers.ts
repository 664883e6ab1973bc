import type { Dialect } from './limit.ts'
import type { NamedLevel } from './limits.ts'

/**
 * Rate limit headers in one dialect. `ietf` lists all limits, `openai` and `anthropic` one per unit; the others show
 * the tightest.
 */
export function limitHeaders(
  dialect: Dialect,
  levels: readonly NamedLevel[],
  wallTime: number,
): Record<string, string> {
  if (levels.length === 0 || dialect === 'none') return {}
  if (dialect === 'ietf') return ietf(levels)
  if (dialect === 'openai' || dialect === 'anthropic') return byUnit(dialect, levels, wallTime)
  const tightest = tightestOf(levels)
  if (tightest === undefined) return {}
  switch (dialect) {
    case 'ietf-legacy':
      return {
        'ratelimit-limit': String(tightest.quota),
        'ratelimit-remaining': String(tightest.remaining),
        'ratelimit-reset': String(wholeSeconds(tightest.moreIn)),
      }
    case 'github':
      return {
        'x-ratelimit-limit': String(tightest.quota),
        'x-ratelimit-remaining': String(tightest.remaining),
        'x-ratelimit-used': String(tightest.quota - tightest.remaining),
        'x-ratelimit-reset': String(wholeSeconds(wallTime + tightest.moreIn)),
        'x-ratelimit-resource': resourceOf(tightest),
      }
  }
}

/** GitHub's resource name of a limit. */
function resourceOf({ name, unit }: NamedLevel): string {
  if (unit === 'points') return 'graphql'
  return name === 'default' ? 'core' : name
}

/** `x-ratelimit-remaining-tokens: 1200`, or `anthropic-ratelimit-input-tokens-remaining: 1200`, with the reset date. */
function byUnit(
  dialect: 'openai' | 'anthropic',
  levels: readonly NamedLevel[],
  wallTime: number,
): Record<string, string> {
  const fields = [...Map.groupBy(levels, ({ unit }) => unit)].flatMap(([unit, its]): [string, string][] => {
    const tightest = tightestOf(its)
    if (tightest === undefined) return []
    const { quota, remaining, fullIn } = tightest
    const name = (field: string) =>
      dialect === 'openai' ? `x-ratelimit-${field}-${unit}` : `anthropic-ratelimit-${unit}-${field}`
    const reset = dialect === 'openai' ? goDuration(fullIn) : isoSeconds(wallTime + fullIn)
    return [
      [name('limit'), String(quota)],
      [name('remaining'), String(remaining)],
      [name('reset'), reset],
    ]
  })
  return Object.fromEntries(fields)
}

/** RFC 3339 time in whole seconds, rounded up: `2026-11-30T12:00:07Z`. */
function isoSeconds(wallTime: number): string {
  return new Date(wholeSeconds(wallTime) * 1_000).toISOString().replace('.000', '')
}

/** `RateLimit-Policy: "default";q=100;w=60` and `RateLimit: "default";r=25;t=13`. */
function ietf(levels: readonly NamedLevel[]): Record<string, string> {
  const policy = levels.map(({ name, unit, quota, window }) => {
    if (window === undefined) return `"${name}";q=${quota};qu="concurrent-requests"`
    const counted = unit === 'requests' ? '' : `;qu="${unit}"`
    return `"${name}";q=${quota};w=${Math.max(1, Math.round(window / 1_000))}${counted}`
  })
  const state = levels.map(({ name, remaining, window, moreIn }) =>
    window === undefined ? `"${name}";r=${remaining}` : `"${name}";r=${remaining};t=${wholeSeconds(moreIn)}`,
  )
  return { 'ratelimit-policy': policy.join(', '), ratelimit: state.join(', ') }
}

/** The limit with the smallest remaining share; among equals, the one that recovers later. */
function tightestOf(levels: readonly NamedLevel[]): NamedLevel | undefined {
  let tightest: NamedLevel | undefined
  for (const level of levels) {
    if (level.window === undefined) continue
    if (tightest === undefined || isTighter(level, tightest)) tightest = level
  }
  return tightest
}

function isTighter(one: NamedLevel, other: NamedLevel): boolean {
  const difference = one.remaining / one.quota - other.remaining / other.quota
  return difference < 0 || (difference === 0 && one.moreIn > other.moreIn)
}

/** Seconds, rounded up, so that waiting this long is enough. */
export function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1_000 - 1e-9)
}

/** Duration in Go's format: `0s`, `120ms`, `1.5s`, `6m0s`, `1h0m2s`. Rounded up to a millisecond. */
export function goDuration(milliseconds: number): string {
  const whole = Math.ceil(milliseconds - 1e-6)
  if (whole <= 0) return '0s'
  if (whole < 1_000) return `${whole}ms`
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor((whole % 3_600_000) / 60_000)
  const seconds = `${(whole % 60_000) / 1_000}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}
