import type { Article } from '../model/article.ts'
import type { NewsStore } from '../store/news-store.ts'

/** Puts articles into the store at once; those that come while it is at work go in together after that. */
export class ArticleShelf {
  added = 0
  updated = 0
  readonly #store: NewsStore
  readonly #wallTime: () => number
  #waiting: Article[] = []
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(store: NewsStore, wallTime: () => number) {
    this.#store = store
    this.#wallTime = wallTime
  }

  /** Settles when they are in the store. @throws what the store throws. */
  put(articles: readonly Article[]): Promise<void> {
    if (articles.length === 0) return Promise.resolve()
    this.#waiting.push(...articles)
    this.#next ??= this.#last = this.#last.then(() => this.#keep())
    return this.#next
  }

  async #keep(): Promise<void> {
    const articles = this.#waiting
    this.#waiting = []
    this.#next = undefined
    const { articles: added, updated } = await this.#store.add(articles, this.#wallTime())
    this.added += added
    this.updated += updated
  }
}
