import { unexpected } from '../../errors/settings-error.ts'
import { unitLength } from '../../time/duration.ts'

/** At most `count` units in any window of `per` milliseconds. */
export interface Rate {
  readonly count: number
  readonly per: number
  /** Unit that is counted, such as `tokens`; requests without it. */
  readonly unit?: string | undefined
}

/** Rate as an option: `'10/s'`, `'100/min'`, `'500/day'`, `'5/15s'`, `'200k tokens/min'`, or the numbers. @inline */
export type RateInput = string | Rate

const asText = /^(\d+(?:\.\d+)?)(k|M)?(?:\s+([A-Za-z][\w.-]{0,39}))?\s*\/\s*(\d+(?:\.\d+)?)?\s*([a-z]+)$/
const thousands: Readonly<Record<string, number>> = { k: 1_000, M: 1_000_000 }

/**
 * Parses a rate.
 *
 * @throws SettingsError if the input is not a rate.
 */
export function parseRate(name: string, input: RateInput): Rate {
  if (typeof input === 'string') {
    const match = asText.exec(input.trim())
    const [, digits, factor = '', unit, length = 1, per = ''] = match ?? []
    // Rounded, because 0.07 of a million is not exact.
    const count = Number((Number(digits) * (thousands[factor] ?? 1)).toPrecision(15))
    const rate = { count, per: Number(length) * (unitLength(per) ?? Number.NaN), ...unitOf(unit) }
    if (isRate(rate)) return rate
  } else if (typeof input === 'object' && input !== null && isRate(input)) {
    return { count: input.count, per: input.per, ...unitOf(input.unit) }
  }
  throw unexpected(name, "a rate such as '10/s', '100/min', '500/day', '5/15s' or '200000 tokens/min'", input)
}

/** Parses one rate, several, or none. @throws SettingsError if one is invalid */
export function parseRates(name: string, input: RateInput | readonly RateInput[] = []): readonly Rate[] {
  return (Array.isArray(input) ? input : [input]).map((one: RateInput) => parseRate(name, one))
}

/** Formats a rate: `50/s`, `100/min`, `5/15s`, `200000 tokens/min`. */
export function formatRate({ count, per, unit: counted }: Rate): string {
  const amount = counted === undefined ? String(count) : `${count} ${counted}`
  for (const unit of ['day', 'h', 'min', 's', 'ms']) {
    const length = unitLength(unit)!
    if (per % length === 0) return `${amount}/${per === length ? '' : per / length}${unit}`
  }
  return `${amount}/${per}ms`
}

/** Equal rate with a whole count: 5 in 2 s for 2.5/s, because a window of 1 s would allow only 2. */
export function inWholeUnits({ count, per }: Rate): { readonly count: number; readonly per: number } {
  if (Number.isInteger(count)) return { count, per }
  for (let times = 2; times < 100; times++) {
    const whole = Math.round(count * times)
    if (Math.abs(whole - count * times) < 1e-9) return { count: whole, per: per * times }
  }
  return { count: Math.max(1, Math.floor(count * 100)), per: count < 0.01 ? per / count : per * 100 }
}

/** Burst of a rate. It counts calls, so it is 1 for rates of other units. */
export function burstOf({ unit }: Rate, burst: number): number {
  return unit === undefined ? burst : 1
}

/** True for a valid unit name. */
export function isUnitName(name: string): boolean {
  return /^[A-Za-z][\w.-]{0,39}$/.test(name)
}

/** Omits the unit of requests. */
function unitOf(unit: string | undefined): { readonly unit?: string } {
  return unit === undefined || /^(requests?|calls?)$/i.test(unit) ? {} : { unit }
}

function isRate({ count, per, unit }: Rate): boolean {
  if (unit !== undefined && !isUnitName(unit)) return false
  return Number.isFinite(count) && count > 0 && Number.isFinite(per) && per > 0
}
