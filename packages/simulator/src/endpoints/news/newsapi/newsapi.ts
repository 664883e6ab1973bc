import type { Answer, Question } from '../../../faults/answer.ts'
import { slidingLog } from '../../../limits/limiters.ts'
import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { everything, newsapiError, newsapiSources, topHeadlines } from './newsapi-lists.ts'

const hour = 3_600_000

/** Requires the key, and allows 100 requests in 24 hours and 50 in 12; refused requests are not counted. */
function behindNewsapiKey(now: () => number): (answer: (question: Question) => Answer) => typeof answer {
  const quotas = [slidingLog(100, 24 * hour), slidingLog(50, 12 * hour)]
  return (answer) => (question) => {
    const refused = refusalOf(keyOf(question))
    if (refused !== undefined) return refused
    const origin = question.headers.origin
    if (origin !== undefined && !/^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin)) {
      return newsapiError(426, 'corsNotAllowed', 'pages of this origin may not ask; ask from a server')
    }
    if (quotas.some((quota) => quota.wait(now()) > 0)) {
      return newsapiError(429, 'rateLimited', 'this key has been used 50 times in 12 hours or 100 times in 24')
    }
    for (const quota of quotas) quota.take(now())
    return answer(question)
  }
}

/** The query parameter takes precedence over the headers. */
function keyOf({ query, headers }: Question): string {
  return query.get('apiKey') ?? headers['x-api-key'] ?? headers.authorization?.replace(/^bearer +/i, '').trim() ?? ''
}

function refusalOf(key: string): Answer | undefined {
  switch (key) {
    case 'practice':
      return undefined
    case 'practice-disabled':
      return newsapiError(401, 'apiKeyDisabled', 'this key has been switched off')
    case 'practice-exhausted':
      return newsapiError(429, 'apiKeyExhausted', 'nothing is left on this key')
    case '':
      return newsapiError(401, 'apiKeyMissing', 'a key is missing: X-Api-Key, Authorization or ?apiKey=')
    default:
      return newsapiError(401, 'apiKeyInvalid', 'this is not a key of this API; the practice key is "practice"')
  }
}

/** Imitation of NewsAPI, with the limits of a free key. */
export function newsapiRoutes(pool: StoryPool, now: () => number): readonly Route[] {
  const behindKey = behindNewsapiKey(now)
  return [
    route('/newsapi/v2/top-headlines', behindKey(topHeadlines(pool))),
    route('/newsapi/v2/top-headlines/sources', behindKey(newsapiSources)),
    route('/newsapi/v2/everything', behindKey(everything(pool))),
  ]
}

/** Description of the endpoint in `GET /`. */
export const newsapiEndpoints: Readonly<Record<string, string>> = {
  '/newsapi/v2/top-headlines?country=us':
    'like NewsAPI; key "practice" in X-Api-Key, Authorization or ?apiKey=, 50 requests in 12 hours',
  '/newsapi/v2/top-headlines/sources': 'its sources',
  '/newsapi/v2/everything?q=': 'the same for all articles; ?q=__odd is an error with 200, ?q=__error one with 500',
}
