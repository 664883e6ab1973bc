import { parseReset } from './reset-time.ts'
import { parseCount, type RateLimitSignal, type Reading, toSignals } from './signal.ts'

const hour = 3_600_000
/** Windows by name suffix. Month and year have their maximum length, so that no rate is overestimated. */
const windows: ReadonlyMap<string, number> = new Map([
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', hour],
  ['day', 24 * hour],
  ['week', 7 * 24 * hour],
  ['month', 31 * 24 * hour],
  ['year', 366 * 24 * hour],
])

const suffixed = /^x-ratelimit-(?:limit|remaining)-(.+)$/
const anthropic = /^anthropic-ratelimit-(.+)-(?:limit|remaining)$/

/**
 * `X-RateLimit-Limit-Tokens` of OpenAI and similar APIs (the name has the unit; the reset is the time until all is
 * available), and `X-RateLimit-Limit-Minute` of Kong and the Guardian (the name has the window). A name can have both:
 * `requests-day`.
 *
 * Kong's single `RateLimit-Reset` belongs to the window with the least remaining; if equal, to the longer one.
 */
export function suffixedSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  const readings = namesIn(headers, suffixed).map((name): Reading => {
    const [unit, window] = unitAndWindow(name)
    return {
      dialect: unit === undefined ? 'kong' : 'openai',
      policy: name,
      unit,
      limit: parseCount(headers[`x-ratelimit-limit-${name}`]),
      remaining: parseCount(headers[`x-ratelimit-remaining-${name}`]),
      window,
      resetAfter: parseReset(headers[`x-ratelimit-reset-${name}`], serverNow),
      refill: window === undefined ? 'full' : 'more',
    }
  })
  const closest = readings
    .filter(({ dialect, remaining }) => dialect === 'kong' && remaining !== undefined)
    .sort((a, b) => a.remaining! - b.remaining! || b.window! - a.window!)[0]
  const shared = parseReset(headers['ratelimit-reset'], serverNow)
  return readings
    .map((reading) => (reading === closest ? { ...reading, resetAfter: reading.resetAfter ?? shared } : reading))
    .filter(tellsCount)
    .flatMap(toSignals)
}

/**
 * `anthropic-ratelimit-input-tokens-remaining` and similar; the reset is the RFC 3339 time at which all is available.
 */
export function anthropicSignals(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly RateLimitSignal[] {
  return namesIn(headers, anthropic)
    .map((name): Reading => {
      const field = (kind: string): string | undefined => headers[`anthropic-ratelimit-${name}-${kind}`]
      return {
        dialect: 'anthropic',
        policy: name,
        unit: name,
        limit: parseCount(field('limit')),
        remaining: parseCount(field('remaining')),
        resetAfter: parseReset(field('reset'), serverNow),
        refill: 'full',
      }
    })
    .filter(tellsCount)
    .flatMap(toSignals)
}

function namesIn(headers: Readonly<Record<string, string>>, pattern: RegExp): readonly string[] {
  return [...new Set(Object.keys(headers).flatMap((field) => pattern.exec(field)?.[1] ?? []))]
}

/** Azure sends -1 for a limit that does not apply; its reset then has no meaning. */
function tellsCount({ limit, remaining }: Reading): boolean {
  return limit !== undefined || remaining !== undefined
}

function unitAndWindow(name: string): readonly [unit: string | undefined, window: number | undefined] {
  const parts = name.split('-')
  const window = windows.get(parts.at(-1)!)
  const unit = (window === undefined ? parts : parts.slice(0, -1)).join('-')
  if (unit === '') return [undefined, window]
  if (/^req(uest)?s?\b/.test(unit)) return ['requests', window]
  return [/^tokens?(?![a-z])/.test(unit) ? 'tokens' : unit, window]
}
