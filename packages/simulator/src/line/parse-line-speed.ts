import { unexpected } from '../settings/unexpected.ts'

const expected = "a form such as '1MB/s', in B, kB, MB, KiB or MiB per second"

const units: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1_000],
  ['MB', 1_000_000],
  ['KiB', 1_024],
  ['MiB', 1_048_576],
])

/**
 * The bytes per second of `'1MB/s'`, `'500kB/s'` or `'64KiB/s'`.
 *
 * @throws SettingsError if it is none of these, or less than one byte.
 */
export function parseLineSpeed(name: string, value: unknown): number {
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\/s\s*$/i.exec(value) : null
  const unit = units.get(match?.[2] ?? '')
  if (match === null || unit === undefined) throw unexpected(name, expected, value)
  const speed = Number(match[1]) * unit
  if (speed >= 1 && Number.isFinite(speed)) return speed
  throw unexpected(name, 'at least 1B/s', value)
}
