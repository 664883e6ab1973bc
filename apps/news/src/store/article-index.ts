import type { KnownArticle } from '../stories/find-story.ts'
import { comparedTokens, probesFor } from '../stories/title-likeness.ts'
import { isRenamed, type KeptArticle } from './kept-article.ts'

/** A stored article with its story and the instant of its last fetch. */
export interface IndexedArticle {
  article: KeptArticle
  readonly story: number
  fetchedAt: number
}

/** In-memory index of articles by ID, URL, story and title token. */
export class ArticleIndex {
  readonly #byId = new Map<string, IndexedArticle>()
  readonly #byUrl = new Map<string, Set<IndexedArticle>>()
  readonly #byToken = new Map<string, Set<IndexedArticle>>()
  readonly #byStory = new Map<number, Set<IndexedArticle>>()

  of(article: Pick<KeptArticle, 'source' | 'sourceId'>): IndexedArticle | undefined {
    return this.#byId.get(articleId(article))
  }

  /** The same article under a previous ID, if one was fetched earlier and is not in the group of articles. */
  formerOf(article: KeptArticle, group: ReadonlySet<string>, fetchedAt: number): IndexedArticle | undefined {
    const former = [...(this.#byUrl.get(article.canonicalUrl) ?? [])].filter(
      (known) =>
        known.fetchedAt < fetchedAt && isRenamed(known.article, article) && !group.has(articleId(known.article)),
    )
    return former.sort((a, b) => (a.article.sourceId < b.article.sourceId ? -1 : 1))[0]
  }

  /** Articles of all stories that may be its own: with the same URL, or with one of the rarest tokens of the title. */
  candidates(article: KeptArticle): KnownArticle[] {
    const tokens = comparedTokens(article.title).map((token) => this.#byToken.get(token) ?? new Set<IndexedArticle>())
    const rarest = tokens.sort((a, b) => a.size - b.size).slice(0, probesFor(tokens.length))
    const found = [...(this.#byUrl.get(article.canonicalUrl) ?? []), ...rarest.flatMap((set) => [...set])]
    const stories = new Set(found.flatMap((known) => (known.article.source === article.source ? [] : [known.story])))
    return [...stories].flatMap((story) =>
      [...setOf(this.#byStory, story)].map((known) => ({ ...known.article, story })),
    )
  }

  keep(article: KeptArticle, story: number, fetchedAt: number): IndexedArticle {
    const kept = { article, story, fetchedAt }
    this.#byId.set(articleId(article), kept)
    setOf(this.#byStory, story).add(kept)
    this.#index(kept)
    return kept
  }

  replace(kept: IndexedArticle, article: KeptArticle, fetchedAt: number): void {
    this.#leaveIndex(kept)
    this.#byId.delete(articleId(kept.article))
    this.#byId.set(articleId(article), kept)
    kept.article = article
    kept.fetchedAt = fetchedAt
    this.#index(kept)
  }

  forget(kept: IndexedArticle): void {
    this.#leaveIndex(kept)
    this.#byId.delete(articleId(kept.article))
    leave(this.#byStory, kept.story, kept)
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

/** Combined key of source and ID. */
export function articleId({ source, sourceId }: Pick<KeptArticle, 'source' | 'sourceId'>): string {
  return JSON.stringify([source, sourceId])
}

function setOf<K, T>(sets: Map<K, Set<T>>, key: K): Set<T> {
  const set = sets.get(key) ?? new Set<T>()
  sets.set(key, set)
  return set
}

function leave<K, T>(sets: Map<K, Set<T>>, key: K, member: T): void {
  const set = sets.get(key)
  set?.delete(member)
  if (set?.size === 0) sets.delete(key)
}
