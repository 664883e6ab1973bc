import type { Story } from '../../model/story.ts'
import type { NewsAppOptions } from '../news-app-options.ts'
import { sourceTitle } from '../source-names.ts'
import { isMoment } from '../text/moments.ts'
import { languageTag, shownSummary, shownText, shownTitle } from '../text/shown-text.ts'
import { webAddress } from '../text/web-address.ts'

/** What a feed is made of. */
export interface FeedParts {
  readonly title: string
  /** The list of the same stories, and the feed itself. */
  readonly page: string
  readonly self: string
  readonly stories: readonly FeedStory[]
}

/** A story as all formats have it: plain text, and links that may be followed. */
export interface FeedStory {
  /** The same wherever the reader is served. */
  readonly id: string
  readonly title: string
  readonly url: string
  readonly summary?: string | undefined
  readonly publishedAt: Date
  readonly sources: readonly string[]
  readonly author?: string | undefined
  readonly section?: string | undefined
  readonly language?: string | undefined
}

/** Reads a story for a feed. Without an address that may be followed, its page here is its link. */
export function feedStory(story: Story, sources: NewsAppOptions['sources'], origin: string): FeedStory {
  const first = story.articles[0]
  return {
    id: `tag:news.localhost,2026:story/${story.id}`,
    title: shownTitle(story.title),
    url: webAddress(story.url) ?? `${origin}/story/${story.id}`,
    summary: shownSummary(story.summary),
    publishedAt: new Date(isMoment(story.publishedAt) ? story.publishedAt : 0),
    sources: [...new Set(story.articles.map(({ source }) => sourceTitle(sources, source)))],
    author: shownText(first?.author ?? '', 200) || undefined,
    section: shownText(first?.section ?? '', 100) || undefined,
    language: languageTag(first?.language),
  }
}
