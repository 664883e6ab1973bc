import { childrenOf, rawText, type XmlElement } from './xml-tree.ts'

const hour = 3_600_000
const periods: ReadonlyMap<string, number> = new Map([
  ['hourly', hour],
  ['daily', 24 * hour],
  ['weekly', 168 * hour],
  ['monthly', 720 * hour],
  ['yearly', 8_760 * hour],
])

/** Milliseconds for which a feed wants to be left alone: its `ttl`, or the period of its syndication. */
export function periodOf(channel: XmlElement): number | undefined {
  const ttl = numberIn(channel, 'ttl')
  if (ttl !== undefined) return ttl * 60_000
  const period = periods.get(textIn(channel, 'sy:updateperiod')?.toLowerCase() ?? '')
  return period && period / Math.max(1, numberIn(channel, 'sy:updatefrequency') ?? 1)
}

function numberIn(element: XmlElement, name: string): number | undefined {
  const text = textIn(element, name)
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined
}

function textIn(element: XmlElement, name: string): string | undefined {
  const [one] = childrenOf(element, name)
  return one === undefined ? undefined : rawText(one).trim()
}
