import type { ArticleContent, NewArticle, SourceHealth, StoredContent, Story } from '../model/news.ts'

/**
 * Which stories. All that is given holds together: one and the same article of a story is of these sources, this section
 * and this language, and has the words.
 */
export interface StoryFilter {
  /** Keys of sources: at least one article is from one of them. */
  readonly sources?: readonly string[] | undefined
  readonly section?: string | undefined
  readonly language?: string | undefined
  /**
   * Words that all occur in title or summary, whatever their case and accents; the last may be the beginning of one. `"a phrase"` is found
   * as it is, `this OR that` by one of the two; no article of the story has the words of `-without`. Text without any word in it asks for
   * nothing, and all stories have it.
   */
  readonly search?: string | undefined
  readonly isRead?: boolean | undefined
  readonly isStarred?: boolean | undefined
  /** Published from this instant on, and before this one. */
  readonly from?: number | undefined
  readonly before?: number | undefined
}

/** A part of a list. */
export interface StoryPage {
  /** @default 'newest first' */
  readonly order?: 'newest first' | 'oldest first' | undefined
  /** Stories after this one in that order; @default from the first */
  readonly after?: { readonly publishedAt: number; readonly id: number } | undefined
  /** @default 50, at most 500 */
  readonly limit?: number | undefined
}

/** Counts of an `add`. */
export interface Added {
  /** Not known before. */
  readonly articles: number
  /** Number of them that started a new story. */
  readonly stories: number
  /** Known before, and changed in title or summary. */
  readonly updated: number
}

/** Validators of an answer, for the next conditional request. */
export interface Validators {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

/** Sends of a quota that still count. */
export interface QuotaUse {
  readonly at: number
  readonly weight: number
}

/**
 * Where news are kept. One small interface for every database; each has to pass `newsStoreContract`.
 *
 * Everything that changes something is one transaction; adding the same articles twice changes nothing. Every method throws
 * an error that names the store, without credentials, and says what to do.
 */
export interface NewsStore {
  /** Name for messages: `sqlite:news.db`. */
  readonly name: string
  /**
   * Keeps articles that were fetched at an instant. The same source and id is the same article; the same canonical URL, or a title
   * much alike within 48 hours, is the same story. What was fetched before what is kept changes nothing, and an article without content
   * leaves that which is kept.
   */
  add(articles: readonly NewArticle[], fetchedAt: number): Promise<Added>
  stories(filter?: StoryFilter, page?: StoryPage): Promise<readonly Story[]>
  story(id: number): Promise<Story | undefined>
  /** Contents of the articles of a story, in the order of the articles; of those that have any. */
  contents(story: number): Promise<readonly StoredContent[]>
  /** Keeps the text of an article's page beside its content; nothing happens if the article is not there. */
  setFullText(source: string, sourceId: string, text: ArticleContent): Promise<void>
  /** How many stories there are, and how many of them are unread. */
  count(filter?: StoryFilter): Promise<{ readonly stories: number; readonly unread: number }>
  /** Numbers of unread stories in groups of sources, among the newest `mostUnread` that are unread. */
  unread(groups: readonly (readonly string[])[]): Promise<readonly number[]>
  /** Marks stories; those that do not exist are passed over. */
  mark(ids: readonly number[], marks: { readonly isRead?: boolean; readonly isStarred?: boolean }): Promise<void>
  /**
   * Marks all that the filter has, published up to an instant, as read: by default whenever they were first kept, and otherwise up to
   * another instant. Returns how many were unread.
   */
  markAllRead(filter: StoryFilter, upTo: number, addedBy?: number): Promise<number>
  /**
   * Makes one article of a story of several a story of its own, for good: read if that one is, and not starred. Returns its number; nothing
   * if the story does not have that article, or no other one.
   */
  separate(story: number, source: string, sourceId: string): Promise<number | undefined>
  /**
   * Forgets articles of a source that were last fetched before an instant, and stories without any. Starred stories stay
   * as they are. Returns how many articles.
   */
  forget(source: string, before: number): Promise<number>
  /** Health of every source that was ever set, sorted by key. */
  health(): Promise<readonly SourceHealth[]>
  setHealth(health: SourceHealth): Promise<void>
  /** Forgets the health of a source, and the validators of its key, so that all of it comes again if it is added again. */
  dropSource(source: string): Promise<void>
  validators(url: string): Promise<Validators | undefined>
  /** Replaces what was kept; without any, nothing is kept. */
  setValidators(url: string, validators: Validators): Promise<void>
  /** Sends that still count against a quota at an instant, in order. */
  quotaUses(quota: string, at: number): Promise<readonly QuotaUse[]>
  /** Counts a send until an instant. */
  recordQuotaUse(quota: string, use: QuotaUse, until: number): Promise<void>
  /** Gives everything back. */
  close(): Promise<void>
}

/** Unread stories that are counted by groups of sources: more cost too much on every page. */
export const mostUnread = 10_000

const usual = 50
const most = 500

/** How many stories a page has. */
export function pageLimit({ limit = usual }: StoryPage): number {
  return Math.min(most, Math.max(0, Math.trunc(limit)))
}
