import { afterEach, beforeEach, expect } from 'vitest'
import type { Story } from '../../src/model/news.ts'
import type { NewsStore, StoryFilter, StoryPage } from '../../src/store/news-store.ts'

/** A store under test. */
export interface NewsStoreUnderTest {
  readonly store: NewsStore
  /** Opens the same data a second time, concurrently; undefined if it cannot be shared. */
  readonly another?: () => Promise<NewsStore>
  readonly cleanUp?: () => Promise<void> | void
}

/** Fresh store for each test of a block, closed after it, and short questions to it. */
export class TestedStore {
  #tested!: NewsStoreUnderTest

  constructor(open: () => Promise<NewsStoreUnderTest>) {
    beforeEach(async () => {
      this.#tested = await open()
    })
    afterEach(async () => {
      await this.store.close()
      await this.#tested.cleanUp?.()
    })
  }

  get store(): NewsStore {
    return this.#tested.store
  }

  get another(): NewsStoreUnderTest['another'] {
    return this.#tested.another
  }

  async titles(filter?: StoryFilter, page?: StoryPage): Promise<string[]> {
    return (await this.store.stories(filter, page)).map((story) => story.title)
  }

  /** The only story that matches. */
  async only(filter?: StoryFilter): Promise<Story> {
    const stories = await this.store.stories(filter)
    expect(stories).toHaveLength(1)
    return stories[0]!
  }
}
