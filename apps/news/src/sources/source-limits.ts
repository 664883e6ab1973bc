import type { SourceLimits } from '../source.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How each kind of source wants to be asked, unless settings say otherwise. */
export const defaultLimits: Readonly<Record<'newsApi' | 'guardian' | 'hackerNews' | 'feed', SourceLimits>> = {
  // The free plan: 100 in 24 hours, handed out as 50 in 12.
  newsApi: {
    concurrency: 2,
    rates: ['100/day', '50/12h'],
    timeout: 10 * second,
    interval: 30 * minute,
    retention: 30 * day,
  },
  // A developer's key; what is kept has to be fetched again or forgotten within a day.
  guardian: { concurrency: 2, rates: ['1/s', '500/day'], timeout: 10 * second, interval: 15 * minute, retention: day },
  // Names no limit: one list, and a request for each story.
  hackerNews: { concurrency: 20, rates: [], timeout: 10 * second, interval: 10 * minute, retention: 30 * day },
  feed: { concurrency: 2, rates: [], timeout: 15 * second, interval: hour, retention: 30 * day },
}
