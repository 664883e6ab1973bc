import type { ArticleContent, NewArticle, SourceHealth, StoredContent, Story } from '../../src/model/news.ts'
import { ArticleIndex, articleId, type IndexedArticle } from '../../src/store/article-index.ts'
import { type KeptArticle, keptArticle, keptContent, newerVersion } from '../../src/store/kept-article.ts'
import {
  type Added,
  type NewsStore,
  pageLimit,
  type QuotaUse,
  type StoryFilter,
  type StoryPage,
  type Validators,
} from '../../src/store/news-store.ts'
import { findStory } from '../../src/stories/find-story.ts'
import { hasTerm, parseSearch, type SearchTerm } from '../../src/stories/search.ts'
import { searchWords } from '../../src/stories/search-words.ts'

/** News store in memory: the reference for the real ones. */
export function memoryNewsStore(): NewsStore {
  return new MemoryNewsStore()
}

class MemoryNewsStore implements NewsStore {
  readonly name = 'memory'
  readonly #articles = new ArticleIndex()
  readonly #stories = new Map<number, MemoryStory>()
  readonly #health = new Map<string, SourceHealth>()
  readonly #validators = new Map<string, Validators>()
  readonly #quotas = new Map<string, (QuotaUse & { readonly until: number })[]>()
  readonly #contents = new Map<string, { content?: ArticleContent; fullText?: ArticleContent }>()
  #nextStory = 1
  #isClosed = false

  async add(articles: readonly NewArticle[], fetchedAt: number): Promise<Added> {
    this.#open()
    const added = { articles: 0, stories: 0, updated: 0 }
    const group = articles.map(keptArticle)
    const ids = new Set(group.map(articleId))
    for (const [at, article] of group.entries()) {
      const known = this.#articles.of(article) ?? this.#articles.formerOf(article, ids, fetchedAt)
      const { content } = articles[at]!
      if (content !== undefined && fetchedAt >= (known?.fetchedAt ?? 0)) {
        const id = articleId(known?.article ?? article)
        const stored = this.#contents.get(id)
        this.#contents.delete(id)
        this.#contents.set(articleId(article), { ...stored, content: JSON.parse(keptContent(content).json) })
      }
      if (known !== undefined) {
        if (this.#refresh(known, article, fetchedAt)) added.updated++
        continue
      }
      added.articles++
      const found = findStory(article, this.#articles.candidates(article))?.story
      if (found === undefined) added.stories++
      const story = found ?? this.#begin(fetchedAt)
      const kept = this.#articles.keep(article, story, fetchedAt)
      this.#stories.get(story)!.articles.push(kept)
    }
    return added
  }

  async stories(filter: StoryFilter = {}, page: StoryPage = {}): Promise<readonly Story[]> {
    this.#open()
    const { after } = page
    const compare = page.order === 'oldest first' ? olderFirst : newerFirst
    return this.#wanted(filter)
      .map(storyOf)
      .filter((story) => after === undefined || compare(after, story) < 0)
      .sort(compare)
      .slice(0, pageLimit(page))
  }

  async story(id: number): Promise<Story | undefined> {
    this.#open()
    const story = this.#stories.get(id)
    return story === undefined ? undefined : storyOf(story)
  }

  async known(source: string, ids: readonly string[]): Promise<readonly string[]> {
    return ids.filter((sourceId) => this.#articles.of({ source, sourceId }) !== undefined)
  }

  async contents(id: number): Promise<readonly StoredContent[]> {
    const story = await this.story(id)
    return (story?.articles ?? []).flatMap((article) => {
      const stored = this.#contents.get(articleId(article))
      return stored === undefined ? [] : [{ source: article.source, sourceId: article.sourceId, ...stored }]
    })
  }

  async setFullText(source: string, sourceId: string, fullText: ArticleContent): Promise<void> {
    this.#open()
    const id = articleId({ source, sourceId })
    if (this.#articles.of({ source, sourceId }) !== undefined)
      this.#contents.set(id, { ...this.#contents.get(id), fullText })
  }

  async count(filter: StoryFilter = {}): Promise<{ readonly stories: number; readonly unread: number }> {
    this.#open()
    const wanted = this.#wanted(filter)
    return { stories: wanted.length, unread: wanted.filter(({ isRead }) => !isRead).length }
  }

  async unread(groups: readonly (readonly string[])[]): Promise<readonly number[]> {
    this.#open()
    return groups.map((sources) => this.#wanted({ sources, isRead: false }).length)
  }

  async mark(
    ids: readonly number[],
    marks: { readonly isRead?: boolean; readonly isStarred?: boolean },
  ): Promise<void> {
    this.#open()
    for (const id of ids) {
      const story = this.#stories.get(id)
      if (story === undefined) continue
      story.isRead = marks.isRead ?? story.isRead
      story.isStarred = marks.isStarred ?? story.isStarred
    }
  }

  async markAllRead(filter: StoryFilter, upTo: number, addedBy = Number.POSITIVE_INFINITY): Promise<number> {
    this.#open()
    const unread = this.#wanted(filter).filter(
      (story) => !story.isRead && storyOf(story).publishedAt <= upTo && story.addedAt <= addedBy,
    )
    for (const story of unread) story.isRead = true
    return unread.length
  }

  async separate(story: number, source: string, sourceId: string): Promise<number | undefined> {
    this.#open()
    const from = this.#stories.get(story)
    const told = from?.articles.find(({ article }) => article.source === source && article.sourceId === sourceId)
    if (from === undefined || told === undefined || from.articles.length < 2) return undefined
    const id = this.#begin(from.addedAt)
    this.#articles.forget(told)
    from.articles = from.articles.filter((one) => one !== told)
    const own = this.#articles.keep(told.article, id, told.fetchedAt)
    Object.assign(this.#stories.get(id)!, { isRead: from.isRead, articles: [own] })
    return id
  }

  async dropSource(source: string): Promise<void> {
    this.#open()
    this.#health.delete(source)
    this.#validators.delete(source)
  }

  async forget(source: string, before: number): Promise<number> {
    this.#open()
    let forgotten = 0
    for (const story of this.#stories.values()) {
      if (story.isStarred) continue
      const old = story.articles.filter(({ article, fetchedAt }) => article.source === source && fetchedAt < before)
      if (old.length === 0) continue
      for (const article of old) {
        this.#articles.forget(article)
        this.#contents.delete(articleId(article.article))
      }
      story.articles = story.articles.filter((article) => !old.includes(article))
      if (story.articles.length === 0) this.#stories.delete(story.id)
      forgotten += old.length
    }
    return forgotten
  }

  async health(): Promise<readonly SourceHealth[]> {
    this.#open()
    return [...this.#health.values()].sort((a, b) => (a.source < b.source ? -1 : 1)).map((health) => ({ ...health }))
  }

  async setHealth(health: SourceHealth): Promise<void> {
    this.#open()
    this.#health.set(health.source, { ...health })
  }

  async validators(url: string): Promise<Validators | undefined> {
    this.#open()
    return this.#validators.get(url)
  }

  async setValidators(url: string, { etag, lastModified }: Validators): Promise<void> {
    this.#open()
    if (etag === undefined && lastModified === undefined) this.#validators.delete(url)
    else this.#validators.set(url, { etag, lastModified })
  }

  async quotaUses(quota: string, at: number): Promise<readonly QuotaUse[]> {
    this.#open()
    const counting = (this.#quotas.get(quota) ?? []).filter(({ until }) => until > at)
    return counting.map((use) => ({ at: use.at, weight: use.weight })).sort((a, b) => a.at - b.at)
  }

  async recordQuotaUse(quota: string, use: QuotaUse, until: number): Promise<void> {
    this.#open()
    const counting = (this.#quotas.get(quota) ?? []).filter((other) => other.until > use.at)
    this.#quotas.set(quota, [...counting, { ...use, until }])
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #open(): void {
    if (this.#isClosed) throw new Error(`${this.name}: is closed; make a new one`)
  }

  #begin(addedAt: number): number {
    const id = this.#nextStory++
    this.#stories.set(id, { id, addedAt, isRead: false, isStarred: false, articles: [] })
    return id
  }

  #wanted(filter: StoryFilter): MemoryStory[] {
    return [...this.#stories.values()].filter(isWanted(filter))
  }

  /** Stores the newer version of an article. Returns true if title or summary changed. */
  #refresh(known: IndexedArticle, given: KeptArticle, fetchedAt: number): boolean {
    if (fetchedAt < known.fetchedAt) return false
    const article = newerVersion(known.article, given)
    const { title, summary } = known.article
    this.#articles.replace(known, article, fetchedAt)
    return title !== article.title || summary !== article.summary
  }
}

function storyOf({ id, addedAt, isRead, isStarred, articles }: MemoryStory): Story {
  const sorted = articles.map(({ article: { canonicalUrl: _, content: __, ...article } }) => article)
  sorted.sort((a, b) => a.publishedAt - b.publishedAt)
  const { title, url, summary, publishedAt } = sorted[0]!
  return { id, title, url, summary, publishedAt, addedAt, isRead, isStarred, articles: sorted }
}

/** Newest first. */
function newerFirst(a: { publishedAt: number; id: number }, b: { publishedAt: number; id: number }): number {
  return b.publishedAt - a.publishedAt || b.id - a.id
}

function olderFirst(a: { publishedAt: number; id: number }, b: { publishedAt: number; id: number }): number {
  return newerFirst(b, a)
}

/** A story with its marks; articles in order of arrival. */
interface MemoryStory {
  readonly id: number
  readonly addedAt: number
  isRead: boolean
  isStarred: boolean
  articles: IndexedArticle[]
}

/** Predicate for stories that match a filter. */
function isWanted(filter: StoryFilter): (story: MemoryStory) => boolean {
  const { sources, section, language, isRead, isStarred } = filter
  const { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = filter
  const { wanted, unwanted } = parseSearch(filter.search ?? '')

  const hasOneOf = ({ article }: IndexedArticle, terms: readonly SearchTerm[]): boolean => {
    const texts = [searchWords(article.title), searchWords(article.summary ?? '')]
    return terms.some((term) => texts.some((text) => hasTerm(text, term)))
  }
  const isWantedArticle = (indexed: IndexedArticle): boolean =>
    (sources === undefined || sources.includes(indexed.article.source)) &&
    (section === undefined || indexed.article.section === section) &&
    (language === undefined || indexed.article.language === language) &&
    wanted.every((terms) => hasOneOf(indexed, terms))

  return (story) => {
    if (isRead !== undefined && story.isRead !== isRead) return false
    if (isStarred !== undefined && story.isStarred !== isStarred) return false
    if (story.articles.some((article) => hasOneOf(article, unwanted))) return false
    const publishedAt = Math.min(...story.articles.map(({ article }) => article.publishedAt))
    return publishedAt >= from && publishedAt < before && story.articles.some(isWantedArticle)
  }
}
