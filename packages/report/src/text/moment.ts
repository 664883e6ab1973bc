const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
const iso8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/** When something began. */
export interface Moment {
  /** For people: `20 November 2026 at 10:52 UTC`. */
  readonly text: string
  /** For machines, written anew so that nothing else can be in it. */
  readonly iso: string
}

/** Reads ISO 8601. Gives nothing if it is something else: `Date` alone takes nearly every text with a number for a date. */
export function momentOf(text: string): Moment | undefined {
  if (!iso8601.test(text)) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) return undefined
  return { text: `${dayAndTime.format(date)} UTC`, iso: date.toISOString() }
}
