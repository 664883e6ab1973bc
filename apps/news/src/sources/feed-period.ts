import { childrenOf, rawText, type XmlElement } from './xml-tree.ts'

const hour = 3_600_000
const periods: ReadonlyMap<string, number> = new Map([
  ['hourly', hour],
  ['daily', 24 * hour],
  ['weekly', 168 * hour],
  ['monthly', 720 * hour],
  ['yearly', 8_760 * hour],
])

/** Minimum milliseconds between two fetches of a feed: its `ttl`, or its syndication period. */
export function periodOf(channel: XmlElement): number | undefined {
  const ttl = numberIn(channel, 'ttl')
  if (ttl !== undefined) return ttl * 60_000
  const period = periods.get(textIn(channel, 'sy:updateperiod')?.toLowerCase() ?? '')
  return period && period / Math.max(1, numberIn(channel, 'sy:updatefrequency') ?? 1)
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Hours and days of the week, in UTC, in which a feed should not be fetched. Some feeds count hours from 1 to 24. */
export function skippedBy(channel: XmlElement): {
  readonly skipHours: readonly number[]
  readonly skipDays: readonly number[]
} {
  const listed = (list: string, item: string): string[] =>
    childrenOf(channel, list).flatMap((one) => childrenOf(one, item).map((each) => rawText(each).trim()))
  const hours = listed('skiphours', 'hour').filter((text) => /^\d{1,2}$/.test(text) && Number(text) <= 24)
  const skipDays = listed('skipdays', 'day').map((text) => days.indexOf(text.slice(0, 3).toLowerCase()))
  return {
    skipHours: [...new Set(hours.map((text) => Number(text) % 24))],
    skipDays: [...new Set(skipDays.filter((day) => day >= 0))],
  }
}

function numberIn(element: XmlElement, name: string): number | undefined {
  const text = textIn(element, name)
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined
}

function textIn(element: XmlElement, name: string): string | undefined {
  const [one] = childrenOf(element, name)
  return one === undefined ? undefined : rawText(one).trim()
}
