import type { ArticleContent, NewArticle, SourceHealth, StoredContent, Story } from '../model/news.ts'

/**
 * Filter of stories. All conditions apply together: a single article of the story has to match sources, section,
 * language and words.
 */
export interface StoryFilter {
  /** Keys of sources; at least one article is from one of them. */
  readonly sources?: readonly string[] | undefined
  readonly section?: string | undefined
  readonly language?: string | undefined
  /**
   * Words that all have to occur in title or summary; case and accents are ignored, and the last word may be a prefix.
   * `"a phrase"` matches adjacent words, `this OR that` either term, and `-without` excludes stories with that word in
   * any article. Text without words matches all stories.
   */
  readonly search?: string | undefined
  readonly isRead?: boolean | undefined
  readonly isStarred?: boolean | undefined
  /** Publication time: `from` inclusive, `before` exclusive. */
  readonly from?: number | undefined
  readonly before?: number | undefined
}

/** A page of a list. */
export interface StoryPage {
  /** @default 'newest first' */
  readonly order?: 'newest first' | 'oldest first' | undefined
  /** Continues after this story in the given order. @default the first story */
  readonly after?: { readonly publishedAt: number; readonly id: number } | undefined
  /** Up to 500. @default 50 */
  readonly limit?: number | undefined
}

/** Counts returned by `add`. */
export interface Added {
  /** New articles. */
  readonly articles: number
  /** New stories. */
  readonly stories: number
  /** Known articles with a changed title or summary. */
  readonly updated: number
}

/** Validators of a response, for the next conditional request. */
export interface Validators {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

/** A request that still counts against a quota. */
export interface QuotaUse {
  readonly at: number
  readonly weight: number
}

/**
 * Storage of the news. One small interface for every database; each implementation has to pass `newsStoreContract`.
 *
 * Every change is one transaction; adding the same articles twice has no further effect. Errors name the store, contain
 * no credentials, and say what to do.
 */
export interface NewsStore {
  /** Name for messages: `sqlite:news.db`. */
  readonly name: string
  /**
   * Stores articles fetched at an instant. Articles with the same source and ID are the same article; those with the
   * same canonical URL, or with similar titles within 48 hours, belong to the same story. Articles fetched before the
   * stored version are ignored. An article without content leaves the stored content unchanged.
   */
  add(articles: readonly NewArticle[], fetchedAt: number): Promise<Added>
  /** Those of these IDs under which an article of a source is stored. */
  known(source: string, ids: readonly string[]): Promise<readonly string[]>
  stories(filter?: StoryFilter, page?: StoryPage): Promise<readonly Story[]>
  story(id: number): Promise<Story | undefined>
  /** Contents of the articles of a story, in their order; articles without content are left out. */
  contents(story: number): Promise<readonly StoredContent[]>
  /** Stores the text of an article's page in addition to its content; no effect if the article does not exist. */
  setFullText(source: string, sourceId: string, text: ArticleContent): Promise<void>
  /** Number of stories, and how many of them are unread. */
  count(filter?: StoryFilter): Promise<{ readonly stories: number; readonly unread: number }>
  /** Number of unread stories per group of sources, among the newest `mostUnread` unread ones. */
  unread(groups: readonly (readonly string[])[]): Promise<readonly number[]>
  /** Marks stories; ignores those that do not exist. */
  mark(ids: readonly number[], marks: { readonly isRead?: boolean; readonly isStarred?: boolean }): Promise<void>
  /**
   * Marks stories that match the filter as read if they were published by `upTo` and stored by `addedBy`. Returns the
   * number of stories that were unread. @default addedBy: any time
   */
  markAllRead(filter: StoryFilter, upTo: number, addedBy?: number): Promise<number>
  /**
   * Moves one article of a story to a new story, permanently. The new story is read if the old one is, and not starred.
   * Returns its ID; undefined if the story does not contain the article, or no other one.
   */
  separate(story: number, source: string, sourceId: string): Promise<number | undefined>
  /**
   * Removes articles of a source that were last fetched before an instant, and stories without articles. Starred
   * stories are unchanged. Returns the number of removed articles.
   */
  forget(source: string, before: number): Promise<number>
  /** Health of every known source, sorted by key. */
  health(): Promise<readonly SourceHealth[]>
  setHealth(health: SourceHealth): Promise<void>
  /** Removes the health and validators of a source, so that a source added again is fetched completely. */
  dropSource(source: string): Promise<void>
  validators(url: string): Promise<Validators | undefined>
  /** Replaces the stored validators; empty ones remove them. */
  setValidators(url: string, validators: Validators): Promise<void>
  /** Requests that still count against a quota at an instant, ascending. */
  quotaUses(quota: string, at: number): Promise<readonly QuotaUse[]>
  /** Records a request that counts until an instant. */
  recordQuotaUse(quota: string, use: QuotaUse, until: number): Promise<void>
  /** Closes the store and its connections. */
  close(): Promise<void>
}

/** Maximum number of unread stories counted per group of sources, because counting is part of every page. */
export const mostUnread = 10_000

const usual = 50
const most = 500

/** Number of stories per page. */
export function pageLimit({ limit = usual }: StoryPage): number {
  return Math.min(most, Math.max(0, Math.trunc(limit)))
}
