import { type Answer, json, type Question } from '../../../faults/answer.ts'
import { slidingLog } from '../../../limits/limiters.ts'
import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { guardianContent, guardianSearch } from './guardian-search.ts'

const perDay = 500
const perMinute = 60

/**
 * Requires the key, and allows one request a second and 500 a day; refused requests are not counted.
 *
 * The API gateway refuses, so refusals lack the API's envelope.
 */
function behindGuardianKey(now: () => number): (answer: (question: Question) => Answer) => typeof answer {
  const [second, minute, day] = [slidingLog(1, 1_000), slidingLog(perMinute, 60_000), slidingLog(perDay, 86_400_000)]
  const told = () => ({
    'x-ratelimit-limit-day': String(perDay),
    'x-ratelimit-limit-minute': String(perMinute),
    'x-ratelimit-remaining-day': String(day.level(now()).remaining),
    'x-ratelimit-remaining-minute': String(minute.level(now()).remaining),
  })
  return (answer) => (question) => {
    if (question.query.get('api-key') !== 'practice') return json(401, { message: 'Unauthorized' })
    const limits = [second, minute, day]
    if (limits.some((limit) => limit.wait(now()) > 0)) {
      return json(429, { message: 'one request a second, 500 a day: this one was too many' }, told())
    }
    for (const limit of limits) limit.take(now())
    const said = answer(question)
    return { ...said, headers: { ...said.headers, ...told() } }
  }
}

/** Imitation of the Guardian's API, with the limits of a developer key. */
export function guardianRoutes(pool: StoryPool, now: () => number): readonly Route[] {
  const behindKey = behindGuardianKey(now)
  return [
    route('/guardian/search', behindKey(guardianSearch(pool))),
    route('/guardian/content/:id...', behindKey(guardianContent(pool))),
  ]
}

/** Description of the endpoint in `GET /`. */
export const guardianEndpoints: Readonly<Record<string, string>> = {
  '/guardian/search?api-key=practice': "like the Guardian's API: one request a second, 500 a day, numbers as strings",
  '/guardian/content/{id}?api-key=practice': 'one article of it; 404, and 410 for what was taken down',
}
