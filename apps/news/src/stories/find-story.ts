import type { Article } from '../model/news.ts'
import { alikeTo } from './title-likeness.ts'

/** Maximum milliseconds between the publication of articles whose titles make them one story. */
export const titleWindow: number = 48 * 3_600_000

/** Fields by which articles are compared. */
export interface ComparedArticle extends Pick<Article, 'source' | 'sourceId' | 'title' | 'publishedAt'> {
  /** Result of `canonicalUrl`. */
  readonly canonicalUrl: string
}

/** A stored article and its story. */
export interface KnownArticle extends ComparedArticle {
  readonly story: number
}

/** Story of an article, and the reason for the match. */
export interface FoundStory {
  readonly story: number
  readonly by: 'article' | 'url' | 'title'
}

/**
 * Finds the story of an article among the known ones. The same source and ID is the same article. Otherwise a story has
 * at most one article per source: two IDs of one source are two stories, whatever their addresses and titles. The same
 * canonical URL decides, unless several stories share it, like all episodes of a show; then the most similar title
 * published within 48 hours. If several are equally similar, the story that was stored first.
 *
 * @param known all articles of every candidate story
 */
export function findStory(article: ComparedArticle, known: readonly KnownArticle[]): FoundStory | undefined {
  const own = known.filter(({ source }) => source === article.source)
  const same = own.find(({ sourceId }) => sourceId === article.sourceId)
  if (same !== undefined) return { story: same.story, by: 'article' }
  const told = new Set(own.map(({ story }) => story))
  const others = known.filter(({ story }) => !told.has(story))
  const ofUrl = new Set(others.flatMap((other) => (isSamePage(article, other) ? [other.story] : [])))
  if (ofUrl.size === 1) return { story: [...ofUrl][0]!, by: 'url' }
  const likenessOf = alikeTo(article.title)
  const [alike] = others
    .filter((other) => isNear(article, other))
    .flatMap(({ story, title }) => {
      const likeness = likenessOf(title)
      return likeness === undefined ? [] : [{ story, likeness }]
    })
    .sort((a, b) => b.likeness - a.likeness || a.story - b.story)
  return alike === undefined ? undefined : { story: alike.story, by: 'title' }
}

/** The front page of a site identifies no story. */
function isSamePage({ canonicalUrl }: ComparedArticle, other: ComparedArticle): boolean {
  return canonicalUrl === other.canonicalUrl && !/^https:\/\/[^/?#]*$/.test(canonicalUrl)
}

function isNear(article: ComparedArticle, other: ComparedArticle): boolean {
  return Math.abs(article.publishedAt - other.publishedAt) <= titleWindow
}
