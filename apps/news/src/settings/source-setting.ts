import * as v from 'valibot'

const url = v.pipe(
  v.string(),
  v.check((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'expected an http or https URL'),
)
const text = v.pipe(v.string(), v.nonEmpty('expected some text'))
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most))

const sourceSetting = v.variant('type', [
  v.strictObject({
    type: v.literal('newsapi'),
    country: v.optional(text),
    category: v.optional(text),
    pages: v.optional(count(5)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    type: v.literal('guardian'),
    section: v.optional(text),
    query: v.optional(text),
    pageSize: v.optional(count(200)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    type: v.literal('hackernews'),
    list: v.optional(v.picklist(['top', 'new', 'best'])),
    count: v.optional(count(500)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({ type: v.literal('feed'), url, title: v.optional(text) }),
])

/** The schema of the settings file. */
export const newsSettings = v.strictObject({ sources: v.array(sourceSetting) })

/** One source as a person names it. Keys are never in it: they come from the environment. */
export type SourceSetting = v.InferOutput<typeof sourceSetting>

/** What a person has set. */
export type NewsSettings = v.InferOutput<typeof newsSettings>

/** What a reader begins with. */
export const firstSettings: NewsSettings = {
  sources: [{ type: 'hackernews' }, { type: 'guardian' }, { type: 'newsapi', country: 'us' }],
}
