import { retell, tracked } from '../stories/story.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import type { Section } from '../stories/words.ts'

/** Name and description of a feed, and the minutes until the next fetch is useful. */
export interface FeedSubject {
  readonly name: string
  readonly section: Section
  readonly ttl: number
}

export const feedSubjects: readonly FeedSubject[] = [
  { name: 'tech', section: 'technology', ttl: 5 },
  { name: 'world', section: 'world', ttl: 5 },
  { name: 'science', section: 'science', ttl: 60 },
  { name: 'business', section: 'business', ttl: 15 },
  { name: 'sport', section: 'sport', ttl: 15 },
  { name: 'culture', section: 'culture', ttl: 60 },
]

/** A feed, independent of its format. */
export interface Feed {
  readonly title: string
  readonly homepage: string
  readonly description: string
  /** URL of the feed itself. */
  readonly self: string
  readonly ttl: number
  /** Publication date of the newest entry. */
  readonly updatedAt: number
  readonly entries: readonly FeedEntry[]
}

interface FeedEntry {
  /** The same in every format. */
  readonly id: string
  readonly url: string
  readonly title: string
  /** HTML. */
  readonly summary: string
  readonly author: string
  readonly category: string
  readonly publishedAt: number
}

const longest = 25

export function feedOf(pool: StoryPool, { name, section, ttl }: FeedSubject, self: string): Feed {
  const teller = { name: `feed-${name}`, share: 0.7, slowest: 1_800_000 }
  const entries = pool
    .toldBy(teller)
    .filter(({ story }) => story.section === section)
    .slice(0, longest)
    .map(({ story, publishedAt }) => ({
      id: `tag:practice.example,2026:${name}/${story.number}`,
      url: tracked(pool, story, 'rss'),
      title: retell(pool, story, teller.name),
      summary: `<p>${story.summary.replaceAll('&', '&amp;')}</p>`,
      author: story.author,
      category: section,
      publishedAt,
    }))
  return {
    title: `Practice ${section}`,
    homepage: `https://${name}.practice.example/`,
    description: `Made-up news of ${section}`,
    self,
    ttl,
    updatedAt: entries[0]?.publishedAt ?? 0,
    entries,
  }
}
