import { alikeTo } from './title-likeness.ts'

/** Titles that are alike tell the same story only if they were published this close to each other, in milliseconds. */
export const titleWindow: number = 48 * 3_600_000

/** Fields by which articles are compared. */
export interface ComparedArticle {
  readonly source: string
  readonly sourceId: string
  /** Result of `canonicalUrl`. */
  readonly canonicalUrl: string
  readonly title: string
  readonly publishedAt: number
}

/** An article that is kept, and the story that it tells. */
export interface KnownArticle extends ComparedArticle {
  readonly story: number
}

/** Which story an article tells, and by what that was seen. */
export interface FoundStory {
  readonly story: number
  readonly by: 'article' | 'url' | 'title'
}

/**
 * Which of the stories that are known an article tells. The same source and id is the same article; otherwise the same
 * canonical URL decides, and then the title that is most alike, of another source and published within 48 hours. Of
 * several equals, the story that was kept first.
 */
export function findStory(article: ComparedArticle, known: readonly KnownArticle[]): FoundStory | undefined {
  const same = known.find(({ source, sourceId }) => source === article.source && sourceId === article.sourceId)
  if (same !== undefined) return { story: same.story, by: 'article' }
  const ofUrl = known.filter(({ canonicalUrl }) => canonicalUrl === article.canonicalUrl)
  if (ofUrl.length > 0) return { story: Math.min(...ofUrl.map(({ story }) => story)), by: 'url' }
  const likenessOf = alikeTo(article.title)
  const [alike] = known
    .filter((other) => other.source !== article.source && isNear(article, other))
    .flatMap(({ story, title }) => {
      const likeness = likenessOf(title)
      return likeness === undefined ? [] : [{ story, likeness }]
    })
    .sort((a, b) => b.likeness - a.likeness || a.story - b.story)
  return alike === undefined ? undefined : { story: alike.story, by: 'title' }
}

function isNear(article: ComparedArticle, other: ComparedArticle): boolean {
  return Math.abs(article.publishedAt - other.publishedAt) <= titleWindow
}
