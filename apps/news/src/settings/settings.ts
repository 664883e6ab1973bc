import { parseDuration } from 'sluice'
import { parseRate } from 'sluice/internal'
import * as v from 'valibot'
import type { SourceLimits } from '../model/source.ts'
import { credentialsProblem, isCredentials } from './credentials.ts'

const url = v.pipe(
  v.string(),
  v.check((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'expected an http or https URL'),
)
const text = v.pipe(v.string(), v.nonEmpty('expected some text'))
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most))

/** A duration such as `30s` or `2h`, or a number of milliseconds. */
const duration = v.union([
  v.pipe(v.number(), v.minValue(1)),
  v.pipe(
    v.string(),
    v.check((given) => isRead(() => parseDuration('', given)) > 0, 'expected a duration such as 30s or 2h'),
  ),
])
const rate = v.pipe(
  v.string(),
  v.check((given) => isRead(() => parseRate('', given).per) > 0, 'expected a rate such as 10/min or 500/day'),
)
const zone = v.pipe(
  v.string(),
  v.check(
    (given) => isRead(() => Number(new Intl.DateTimeFormat('en', { timeZone: given }) && 1)) > 0,
    'expected a time zone such as Europe/Berlin',
  ),
)

/** Returns the parsed value, or 0 if parsing throws. */
function isRead(read: () => number): number {
  try {
    return read()
  } catch {
    return 0
  }
}

/** Limits that any source may set, which override the defaults of its kind, and whether it is muted. */
const common = {
  /** A muted source is not fetched; its stories stay. */
  muted: v.optional(v.boolean()),
  concurrency: v.optional(count(50)),
  rate: v.optional(v.union([rate, v.array(rate)])),
  timeout: v.optional(duration),
  interval: v.optional(duration),
  retention: v.optional(duration),
}

/** Schema of the settings of one source. */
export const sourceSetting = v.variant('type', [
  v.strictObject({
    ...common,
    type: v.literal('newsapi'),
    country: v.optional(text),
    category: v.optional(text),
    pages: v.optional(count(5)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    ...common,
    type: v.literal('guardian'),
    section: v.optional(text),
    query: v.optional(text),
    pageSize: v.optional(count(200)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    ...common,
    type: v.literal('hackernews'),
    list: v.optional(v.picklist(['top', 'new', 'best'])),
    count: v.optional(count(500)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    ...common,
    type: v.literal('feed'),
    url,
    title: v.optional(text),
    folder: v.optional(text),
    /** Sent with each request; a value may be `env:NAME` or `file:PATH`. */
    headers: v.optional(
      v.record(v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')), v.string()),
    ),
    auth: v.optional(v.pipe(v.string(), v.check(isCredentials, credentialsProblem))),
    /** Time zone of dates without one. */
    zone: v.optional(zone),
    /** Fetch the text of the page of each new article. */
    fullText: v.optional(v.boolean()),
  }),
])

/** Schema of the settings file. */
export const newsSettings = v.strictObject({
  /** Time zone of dates without one, for all feeds that set none. */
  zone: v.optional(zone),
  sources: v.array(sourceSetting),
})

/** Settings of one source. They never contain keys, which come from the environment or from files. */
export type SourceSetting = v.InferOutput<typeof sourceSetting>

/** Settings of a feed. */
export type FeedSetting = SourceSetting & { readonly type: 'feed' }

/** Settings of a reader. */
export type NewsSettings = v.InferOutput<typeof newsSettings>

/** Limits of a kind of source, overridden by those that the settings name. */
export function limitsOf(usual: SourceLimits, { concurrency, rate, ...times }: SourceSetting): SourceLimits {
  const time = (name: 'timeout' | 'interval' | 'retention'): number =>
    times[name] === undefined ? usual[name] : parseDuration(name, times[name])
  return {
    concurrency: concurrency ?? usual.concurrency,
    rates: rate === undefined ? usual.rates : [rate].flat(),
    timeout: time('timeout'),
    interval: time('interval'),
    retention: time('retention'),
  }
}

/** Settings of a new reader. */
export const firstSettings: NewsSettings = {
  sources: [{ type: 'hackernews' }, { type: 'guardian' }, { type: 'newsapi', country: 'us' }],
}
