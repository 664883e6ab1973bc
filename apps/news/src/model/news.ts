/** An article from a source: clean plain text, no markup. Instants are milliseconds since the epoch. */
export interface Article {
  /** Key of its source in the settings: `guardian`, `hn`, `https://blog.example/feed.xml`. */
  readonly source: string
  /** ID given by the source; stable for the same article. */
  readonly sourceId: string
  /** URL of the article: http or https. */
  readonly url: string
  readonly title: string
  /** A few sentences at most. */
  readonly summary?: string | undefined
  readonly author?: string | undefined
  /** Publication time given by the source; never later than the fetch. */
  readonly publishedAt: number
  /** Language tag in lower case, such as `en`. */
  readonly language?: string | undefined
  readonly section?: string | undefined
}

/** Article as read from a source: stores hold its content separately. */
export interface NewArticle extends Article {
  readonly content?: ArticleContent | undefined
}

/** Text of an article with its files, as published. The HTML is not safe: pages show it through `safeHtml`. */
export interface ArticleContent {
  readonly html?: string | undefined
  /** Base of relative addresses in the HTML. */
  readonly base?: string | undefined
  readonly enclosures?: readonly Enclosure[] | undefined
}

/** A file that comes with an article: audio, video, an image or something else. */
export interface Enclosure {
  /** URL: http or https. */
  readonly url: string
  /** Media type in lower case, such as `audio/mpeg`. */
  readonly type?: string | undefined
  readonly bytes?: number | undefined
  readonly title?: string | undefined
}

/** Content of one article of a story. */
export interface StoredContent {
  readonly source: string
  readonly sourceId: string
  readonly content?: ArticleContent | undefined
  /** Text of its page, fetched on request. */
  readonly fullText?: ArticleContent | undefined
}

/** A story, covered by one or more articles: the unit that readers read, mark and star. */
export interface Story {
  readonly id: number
  /** Title of the earliest article, as are `url` and `summary`. */
  readonly title: string
  readonly url: string
  readonly summary?: string | undefined
  /** Publication time of the earliest article. */
  readonly publishedAt: number
  /** When its first article was stored. */
  readonly addedAt: number
  readonly isRead: boolean
  readonly isStarred: boolean
  /** Sorted by publication time; at least one. */
  readonly articles: readonly Article[]
}

/** Health of a source. Instants are milliseconds since the epoch. */
export interface SourceHealth {
  readonly source: string
  /** `mended`: ill-formed but readable. `muted`: gone, or failing for a year; only fetched by a forced refresh. */
  readonly state: 'new' | 'ok' | 'unchanged' | 'mended' | 'failing' | 'limited' | 'muted' | 'off'
  /** Last request, and last success. */
  readonly triedAt?: number | undefined
  readonly succeededAt?: number | undefined
  /** The source is not fetched again before this instant. */
  readonly nextAt?: number | undefined
  /** Last result as text, without secrets: `40 new in 0.4 s`, `429: quota used up, again at 12:00`. */
  readonly message?: string | undefined
  /** Consecutive failures. */
  readonly failures: number
  /** Address of a permanent redirect. */
  readonly movedTo?: string | undefined
  readonly about?: SourceAbout | undefined
}

/** Information of a source about itself, from its last response. */
export interface SourceAbout {
  readonly title?: string | undefined
  /** Home page; also the link of items without their own. */
  readonly homepage?: string | undefined
  /** URL of a small picture. */
  readonly icon?: string | undefined
  /** Minimum milliseconds between two fetches, requested by the source. */
  readonly refreshAfter?: number | undefined
  /** Hours from 0 to 23 and days from 0 for Sunday, in UTC, in which the source should not be fetched. */
  readonly skipHours?: readonly number[] | undefined
  readonly skipDays?: readonly number[] | undefined
  /** Milliseconds for which its articles are stored, even after the source is removed. @default 30 days */
  readonly retention?: number | undefined
}
