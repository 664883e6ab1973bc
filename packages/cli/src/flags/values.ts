import { SettingsError } from 'sluice'

/** A whole number as typed. @throws SettingsError that names the flag. */
export function parseCount(flag: string, text: string, min: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new SettingsError(`${flag}: expected a whole number from ${min} up, got ${JSON.stringify(text)}`)
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
  ['k', 1_024],
  ['kib', 1_024],
  ['m', 1_048_576],
  ['mib', 1_048_576],
  ['g', 1_073_741_824],
  ['gib', 1_073_741_824],
])

/** A size in bytes as typed: `10MiB`, `500kB`, `4096`. @throws SettingsError that names the flag. */
export function parseSize(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = units.get(match?.[2]?.toLowerCase() ?? '')
  if (match !== null && unit !== undefined && Number(match[1]) > 0) return Math.round(Number(match[1]) * unit)
  throw new SettingsError(`${flag}: expected a size such as 10MiB or 500kB, got ${JSON.stringify(text)}`)
}

/** A share as typed: `99%` is 0.99. @throws SettingsError that names the flag. */
export function parseShare(flag: string, text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text.trim())?.[1] ?? Number.NaN)
  if (percent <= 100) return percent / 100
  throw new SettingsError(`${flag}: expected a share such as 99%, got ${JSON.stringify(text)}`)
}

/** The list that is meant by `408,425,520-524,5xx,network`. */
export function parseRetryOn(text: string): string[] {
  return text.split(',').flatMap((item) => {
    const range = /^\s*(\d{3})-(\d{3})\s*$/.exec(item)
    if (range === null) return [item.trim()]
    const [from, to] = [Number(range[1]), Number(range[2])]
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => String(from + offset))
  })
}

/** Both ends of `500ms..30s`. @throws SettingsError that names the flag. */
export function parseRange(flag: string, text: string): readonly [string, string] {
  const [from, to, ...rest] = text.split('..').map((end) => end.trim())
  if (from !== undefined && to !== undefined && rest.length === 0 && from !== '' && to !== '') return [from, to]
  throw new SettingsError(`${flag}: expected a range such as 500ms..30s, got ${JSON.stringify(text)}`)
}

/** Runs `read`, and puts the flag's name in front of what it complains about. */
export function forFlag<T>(flag: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(`${flag}: ${error.message.replace(/^[\w.]*: /, '')}`)
  }
}

/** The names in a list such as `a, b`; none if there is no list. */
export function namesIn(list: string | undefined): string[] {
  return (list ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
}
