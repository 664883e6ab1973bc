import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { behindGuardianKey } from './guardian-key.ts'
import { guardianContent, guardianSearch } from './guardian-search.ts'

/** A look-alike of the Guardian's API, with the limits of a developer's key. */
export function guardianRoutes(pool: StoryPool, now: () => number): readonly Route[] {
  const behindKey = behindGuardianKey(now)
  return [
    route('/guardian/search', behindKey(guardianSearch(pool))),
    route('/guardian/content/:id...', behindKey(guardianContent(pool))),
  ]
}

/** What `GET /` says of it. */
export const guardianEndpoints: Readonly<Record<string, string>> = {
  '/guardian/search?api-key=practice': "like the Guardian's API: one request a second, 500 a day, numbers as texts",
  '/guardian/content/{id}?api-key=practice': 'one article of it; 404, and 410 for what was taken down',
}
