import { type Answer, problem, type Question } from '../../../faults/answer.ts'
import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { feedAnswer } from './feed-answer.ts'
import { feedOf, feedSubjects } from './feed-entries.ts'
import { feedFormats } from './feed-formats.ts'
import { oddFeeds } from './odd-feeds.ts'

/** Feeds in every format, and files that are not feeds. */
export function feedRoutes(pool: StoryPool): readonly Route[] {
  return [route('/feeds/:file', feedFile(pool))]
}

const odd = [...Object.keys(oddFeeds), 'moved.xml', 'gone.xml'].join(', ')
const good = `${feedSubjects.map(({ name }) => name).join(', ')} as .${Object.keys(feedFormats).join(', .')}`

/** Description of the endpoints in `GET /`. */
export const feedEndpoints: Readonly<Record<string, string>> = {
  '/feeds/{name}.{xml,atom,rdf,json}': `RSS 2.0, Atom, RSS 1.0 and JSON Feed, with ETag and Last-Modified: ${good}`,
  '/feeds/{odd}.xml': `files that are not valid feeds: ${odd}`,
}

function feedFile(pool: StoryPool): (question: Question) => Answer {
  return (question) => {
    const file = question.params.file!
    if (file === 'moved.xml') return problem(301, 'moved', 'this feed is elsewhere', { location: '/feeds/tech.xml' })
    if (file === 'gone.xml') return problem(410, 'gone', 'this feed has ended')
    if (Object.hasOwn(oddFeeds, file)) return feedAnswer(question, oddFeeds[file]!(pool))
    const [, name, ending] = /^(\w+)\.(\w+)$/.exec(file) ?? []
    const subject = feedSubjects.find((each) => each.name === name)
    if (subject === undefined || ending === undefined || !Object.hasOwn(feedFormats, ending)) {
      return problem(404, 'not_found', `there is no feed ${file}; there are ${good}, and ${odd}`)
    }
    const { type, write } = feedFormats[ending]!
    const feed = feedOf(pool, subject, `${question.origin}/feeds/${file}`)
    const { updatedAt, ttl } = feed
    return feedAnswer(question, { type, bytes: Buffer.from(write(feed)), lastModified: updatedAt, ttl })
  }
}
