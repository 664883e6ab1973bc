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
 * Which of the stories that are known an article tells. The same source and id is the same article. Otherwise a story is told by
 * different sources, once by each: what one source has under two ids is two stories, whatever their addresses and titles.
 * The same canonical URL decides, unless it is that of several stories, as of all episodes of a show; and then the title that
 * is most alike, published within 48 hours. Of several equals, the story that was kept first.
 *
 * @param known all articles of every story that may be it
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

/** The front page of a site is that of no story. */
function isSamePage({ canonicalUrl }: ComparedArticle, other: ComparedArticle): boolean {
  return canonicalUrl === other.canonicalUrl && !/^https:\/\/[^/?#]*$/.test(canonicalUrl)
}

function isNear(article: ComparedArticle, other: ComparedArticle): boolean {
  return Math.abs(article.publishedAt - other.publishedAt) <= titleWindow
}
