import { isoSeconds, retell, type Story, tracked } from '../stories/story.ts'
import type { StoryPool, Teller, Telling } from '../stories/story-pool.ts'
import type { Section } from '../stories/words.ts'

const teller: Teller = { name: 'newsapi', share: 0.6, slowest: 1_800_000 }

/** Facts about a row that are not part of its JSON. */
export interface NewsapiRow {
  readonly telling: Telling
  readonly article: NewsapiArticle
  readonly category: string
  readonly isTop: boolean
}

interface NewsapiArticle {
  readonly source: { readonly id: string | null; readonly name: string }
  readonly author: string | null
  readonly title: string
  readonly description: string | null
  readonly url: string
  readonly urlToImage: string | null
  readonly publishedAt: string
  readonly content: string | null
}

export const categoryOf: Readonly<Record<Section, string>> = {
  world: 'general',
  business: 'business',
  technology: 'technology',
  science: 'science',
  sport: 'sports',
  culture: 'entertainment',
}

/** All rows, newest first; some are withdrawn. */
export function newsapiRows(pool: StoryPool): readonly NewsapiRow[] {
  return pool.toldBy(teller).map((telling) => ({
    telling,
    article: pool.draw(telling.story.number, 'newsapi removed') < 0.03 ? removed : articleOf(pool, telling),
    category: categoryOf[telling.story.section],
    isTop: pool.draw(telling.story.number, 'newsapi top') < 0.5,
  }))
}

function articleOf(pool: StoryPool, { story, publishedAt }: Telling): NewsapiArticle {
  const { number, outlet, author, summary } = story
  const has = (what: string, share: number) => pool.draw(number, `newsapi ${what}`) < share
  return {
    source: { id: outlet.id, name: outlet.name },
    author: has('author', 0.8) ? author : null,
    title: `${retell(pool, story, teller.name)} - ${outlet.name}`,
    description: has('description', 0.95) ? summary : null,
    url: tracked(pool, story, teller.name),
    urlToImage: has('image', 0.7) ? `https://images.${outlet.domain}/${number}.jpg` : null,
    publishedAt: isoSeconds(publishedAt),
    content: has('content', 0.9) ? beginningOf(story) : null,
  }
}

/** The first 200 characters, and the number of those left out. */
function beginningOf({ text }: Story): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… [+${text.length - 200} chars]`
}

const removed: NewsapiArticle = {
  source: { id: null, name: '[Removed]' },
  author: null,
  title: '[Removed]',
  description: '[Removed]',
  url: 'https://removed.com',
  urlToImage: null,
  publishedAt: '1970-01-01T00:00:00Z',
  content: '[Removed]',
}
