import type { KnownArticle } from '../stories/find-story.ts'
import { comparedTokens, probesFor } from '../stories/title-likeness.ts'
import type { KeptArticle } from './kept-article.ts'

/** An article that is kept, the story it tells, and when it was last fetched. */
export interface IndexedArticle {
  article: KeptArticle
  readonly story: number
  fetchedAt: number
}

/** Articles, found by what they are compared by. */
export class ArticleIndex {
  readonly #byId = new Map<string, IndexedArticle>()
  readonly #byUrl = new Map<string, Set<IndexedArticle>>()
  readonly #byToken = new Map<string, Set<IndexedArticle>>()

  of(article: KeptArticle): IndexedArticle | undefined {
    return this.#byId.get(idOf(article))
  }

  /** All that may tell the same story: of the same URL, or with one of the rarest tokens of the title. */
  candidates(article: KeptArticle): KnownArticle[] {
    const tokens = comparedTokens(article.title).map((token) => this.#byToken.get(token) ?? new Set<IndexedArticle>())
    const rarest = tokens.sort((a, b) => a.size - b.size).slice(0, probesFor(tokens.length))
    const found = new Set([...(this.#byUrl.get(article.canonicalUrl) ?? []), ...rarest.flatMap((set) => [...set])])
    return [...found].map((known) => ({ ...known.article, story: known.story }))
  }

  keep(article: KeptArticle, story: number, fetchedAt: number): IndexedArticle {
    const kept = { article, story, fetchedAt }
    this.#byId.set(idOf(article), kept)
    this.#index(kept)
    return kept
  }

  replace(kept: IndexedArticle, article: KeptArticle, fetchedAt: number): void {
    this.#leaveIndex(kept)
    kept.article = article
    kept.fetchedAt = fetchedAt
    this.#index(kept)
  }

  forget(kept: IndexedArticle): void {
    this.#leaveIndex(kept)
    this.#byId.delete(idOf(kept.article))
  }

  #index(kept: IndexedArticle): void {
    setOf(this.#byUrl, kept.article.canonicalUrl).add(kept)
    for (const token of comparedTokens(kept.article.title)) setOf(this.#byToken, token).add(kept)
  }

  #leaveIndex(kept: IndexedArticle): void {
    leave(this.#byUrl, kept.article.canonicalUrl, kept)
    for (const token of comparedTokens(kept.article.title)) leave(this.#byToken, token, kept)
  }
}

function idOf({ source, sourceId }: KeptArticle): string {
  return JSON.stringify([source, sourceId])
}

function setOf<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  const set = sets.get(key) ?? new Set<T>()
  sets.set(key, set)
  return set
}

function leave<T>(sets: Map<string, Set<T>>, key: string, member: T): void {
  const set = sets.get(key)
  set?.delete(member)
  if (set?.size === 0) sets.delete(key)
}
