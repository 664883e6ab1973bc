/** `2026-11-20T12:00:00Z`: whole seconds, as news APIs write them. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** An ISO date, or date and time, in milliseconds since the epoch; a date alone is its beginning. Nothing, if it is none. */
export function parseInstant(text: string): number | undefined {
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
  const zoned = text.includes('T') && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text
  const at = isIso ? Date.parse(zoned) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
