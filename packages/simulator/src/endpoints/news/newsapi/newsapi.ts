import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { behindNewsapiKey } from './newsapi-key.ts'
import { everything, newsapiSources, topHeadlines } from './newsapi-lists.ts'

/** A look-alike of NewsAPI, with the limits of a key that costs nothing. */
export function newsapiRoutes(pool: StoryPool, now: () => number): readonly Route[] {
  const behindKey = behindNewsapiKey(now)
  return [
    route('/newsapi/v2/top-headlines', behindKey(topHeadlines(pool))),
    route('/newsapi/v2/top-headlines/sources', behindKey(newsapiSources)),
    route('/newsapi/v2/everything', behindKey(everything(pool))),
  ]
}

/** What `GET /` says of it. */
export const newsapiEndpoints: Readonly<Record<string, string>> = {
  '/newsapi/v2/top-headlines?country=us':
    'like NewsAPI; key "practice" in X-Api-Key, Authorization or ?apiKey=, 50 requests in 12 hours',
  '/newsapi/v2/top-headlines/sources': 'its sources',
  '/newsapi/v2/everything?q=': 'the same for all articles; ?q=__odd is an error with 200, ?q=__error one with 500',
}
