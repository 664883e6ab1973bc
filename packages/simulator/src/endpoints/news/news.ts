import type { Route } from '../route.ts'
import { feedEndpoints, feedRoutes } from './feeds/feeds.ts'
import { guardianEndpoints, guardianRoutes } from './guardian/guardian.ts'
import { hackerNewsEndpoints, hackerNewsRoutes } from './hacker-news/hacker-news.ts'
import { newsapiEndpoints, newsapiRoutes } from './newsapi/newsapi.ts'
import { StoryPool } from './stories/story-pool.ts'

/**
 * Imitations of news APIs and feeds that share the same generated stories.
 *
 * `now` is the simulator's time, used for quotas; `wallTime` is the time of day, used for publication dates.
 */
export function newsRoutes(seed: number, now: () => number, wallTime: () => number): readonly Route[] {
  const pool = new StoryPool(seed, wallTime)
  return [...newsapiRoutes(pool, now), ...guardianRoutes(pool, now), ...hackerNewsRoutes(pool), ...feedRoutes(pool)]
}

/** Description of the endpoints in `GET /`. */
export const newsEndpoints: Readonly<Record<string, string>> = {
  ...newsapiEndpoints,
  ...guardianEndpoints,
  ...hackerNewsEndpoints,
  ...feedEndpoints,
}
