import { type Answer, integer, json, type Question } from '../../../faults/answer.ts'
import { type Route, route } from '../../route.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { HackerNewsItems, type Kind } from './hn-items.ts'

/** Maximum length of a list. */
const longest = 500
const hour = 3_600_000

/** Imitation of the Hacker News API. */
export function hackerNewsRoutes(pool: StoryPool): readonly Route[] {
  const items = new HackerNewsItems(pool)
  const list = (name: string, numbers: () => readonly number[]) =>
    route(`/hn/v0/${name}.json`, () =>
      json(
        200,
        numbers().map((number) => items.idOf(number)),
      ),
    )
  const ofKind = (kind: Kind) => () =>
    newest(items, 5 * longest)
      .filter((number) => items.kindOf(number) === kind)
      .slice(0, 200)

  return [
    list('topstories', () => sortedBy(newest(items, longest), (number) => heat(items, number))),
    list('newstories', () => newest(items, longest)),
    list('beststories', () => sortedBy(newest(items, longest), (number) => items.scoreOf(number)).slice(0, 200)),
    list('askstories', ofKind('ask')),
    list('showstories', ofKind('show')),
    list('jobstories', ofKind('job')),
    route('/hn/v0/maxitem.json', () => json(200, items.maxItem)),
    route('/hn/v0/updates.json', () => updates(pool, items)),
    route('/hn/v0/item/:file', item(items)),
  ]
}

/** Description of the endpoint in `GET /`. */
export const hackerNewsEndpoints: Readonly<Record<string, string>> = {
  '/hn/v0/{topstories,newstories,beststories,askstories,showstories,jobstories}.json':
    'like Hacker News: up to 500 ids',
  '/hn/v0/item/{id}.json': 'one of them; null, dead or deleted now and then',
  '/hn/v0/{updates,maxitem}.json': 'what has changed lately, and the newest id',
}

function item(items: HackerNewsItems): (question: Question) => Answer {
  return ({ params }) => {
    const id = integer(/^(\d+)\.json$/.exec(params.file!)?.[1], 0, Number.MAX_SAFE_INTEGER)
    if (id === undefined) return json(401, { error: 'Permission denied' })
    return json(200, items.find(id))
  }
}

/** Items of the last three days that changed within about a minute, and their authors. */
function updates(pool: StoryPool, items: HackerNewsItems): Answer {
  const minute = Math.floor(pool.now / 60_000)
  const changed = newest(items, 300).filter((number) => pool.draw(number, `hn changed ${minute}`) < 0.08)
  return json(200, {
    items: changed.map((number) => items.idOf(number)),
    profiles: Array.from(new Set(changed.map((number) => items.authorOf(number)))),
  })
}

function newest(items: HackerNewsItems, count: number): readonly number[] {
  const { next } = items
  return Array.from({ length: count }, (_, index) => next - 1 - index)
}

function sortedBy(numbers: readonly number[], worth: (number: number) => number): readonly number[] {
  const byWorth = new Map(numbers.map((number) => [number, worth(number)]))
  return numbers.toSorted((one, other) => byWorth.get(other)! - byWorth.get(one)! || other - one)
}

/** Rank of a story: more votes make it sink more slowly. */
function heat(items: HackerNewsItems, number: number): number {
  return items.scoreOf(number) / (items.ageOf(number) / hour + 2) ** 1.5
}
