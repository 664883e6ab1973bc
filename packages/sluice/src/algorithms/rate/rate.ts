import { unexpected } from '../../errors/settings-error.ts'
import { unitLength } from '../../time/duration.ts'

/** At most `count` units in any window of `per` milliseconds. */
export interface Rate {
  readonly count: number
  readonly per: number
}

/** Rate in an option: `'10/s'`, `'100/min'`, `'500/day'`, `'5/15s'`, or the numbers. */
export type RateInput = string | Rate

/**
 * Parses a rate.
 *
 * @throws SettingsError if the input is not a rate.
 */
export function parseRate(name: string, input: RateInput): Rate {
  if (typeof input === 'string') {
    const match = /^(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)?\s*([a-z]+)$/.exec(input.trim())
    const unit = match?.[3] === undefined ? undefined : unitLength(match[3])
    if (match !== null && unit !== undefined) {
      const rate = { count: Number(match[1]), per: Number(match[2] ?? 1) * unit }
      if (isRate(rate)) return rate
    }
  } else if (typeof input === 'object' && input !== null && isRate(input)) {
    return { count: input.count, per: input.per }
  }
  throw unexpected(name, "a rate such as '10/s', '100/min', '500/day' or '5/15s'", input)
}

/** `50/s`, `100/min`, `5/15s`. */
export function formatRate({ count, per }: Rate): string {
  for (const unit of ['day', 'h', 'min', 's', 'ms']) {
    const length = unitLength(unit)!
    if (per % length === 0) return `${count}/${per === length ? '' : per / length}${unit}`
  }
  return `${count}/${per}ms`
}

/** The same rate with a whole count: 5 in 2 s for 2.5/s, because a window of 1 s would hold only 2. */
export function inWholeUnits({ count, per }: Rate): Rate {
  if (Number.isInteger(count)) return { count, per }
  for (let times = 2; times < 100; times++) {
    const whole = Math.round(count * times)
    if (Math.abs(whole - count * times) < 1e-9) return { count: whole, per: per * times }
  }
  return { count: Math.max(1, Math.floor(count * 100)), per: count < 0.01 ? per / count : per * 100 }
}

function isRate(rate: Rate): boolean {
  return Number.isFinite(rate.count) && rate.count > 0 && Number.isFinite(rate.per) && rate.per > 0
}
