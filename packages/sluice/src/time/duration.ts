import { unexpected } from '../errors/settings-error.ts'

/** A length of time: milliseconds as a number, or text with a unit such as `'500ms'`, `'30s'`, `'5m'`, `'1h'`, `'2d'`. */
export type Duration = number | string

/** Milliseconds of each unit. */
const units: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['sec', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
])

/** Milliseconds of one unit (`ms`, `s`, `sec`, `m`, `min`, `h`, `hour`, `d`, `day`); undefined for an unknown one. */
export function unitLength(unit: string): number | undefined {
  return units.get(unit)
}

/**
 * Parses a duration to milliseconds. `name` is the option in the error message.
 *
 * @throws SettingsError if it is not a duration, or is negative.
 */
export function parseDuration(name: string, value: Duration): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  if (typeof value === 'string') {
    if (value.trim() === '0') return 0
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(value.trim())
    const length = match?.[2] === undefined ? undefined : units.get(match[2])
    const milliseconds = match === null || length === undefined ? Number.NaN : Number(match[1]) * length
    if (Number.isFinite(milliseconds)) return milliseconds
  }
  throw unexpected(name, "a duration such as '500ms', '30s', '5m' or '1h'", value)
}

/**
 * Parses a time limit to milliseconds; infinite for 0, which is no limit, as in curl, axios and undici.
 *
 * @throws SettingsError if it is not a duration, or is negative.
 */
export function parseTimeLimit(name: string, value: Duration): number {
  const milliseconds = value === Number.POSITIVE_INFINITY ? 0 : parseDuration(name, value)
  return milliseconds === 0 ? Number.POSITIVE_INFINITY : milliseconds
}

/** Formats a duration for people: `412 ms`, `5.0 s`, `2 m 05 s`, `3 h 20 m`, `2 d 04 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === Number.POSITIVE_INFINITY) return 'for ever'
  const ms = Math.max(0, milliseconds)
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}

/** Time limit in milliseconds for a function of the user to settle: a policy, a validator, a token fetch. */
export const ownTime = 300_000
