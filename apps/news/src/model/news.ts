/** One article as a source has it: clean plain text, no markup. Instants are milliseconds since the epoch. */
export interface Article {
  /** The key of its source in the settings: `guardian`, `hn`, `https://blog.example/feed.xml`. */
  readonly source: string
  /** How the source itself calls it; the same article has the same each time. */
  readonly sourceId: string
  /** Where it is read: http or https. */
  readonly url: string
  readonly title: string
  /** A few sentences at most. */
  readonly summary?: string | undefined
  readonly author?: string | undefined
  /** Publication time given by the source; never later than the fetch. */
  readonly publishedAt: number
  /** Lower case, such as `en`. */
  readonly language?: string | undefined
  readonly section?: string | undefined
}

/** Article as it is read from a source: stores keep its content apart. */
export interface NewArticle extends Article {
  readonly content?: ArticleContent | undefined
}

/** Text of an article as its source gives it, and what comes with it. The HTML is not safe: pages show it through `safeHtml`. */
export interface ArticleContent {
  readonly html?: string | undefined
  /** Base of relative addresses in the HTML. */
  readonly base?: string | undefined
  readonly enclosures?: readonly Enclosure[] | undefined
}

/** A file that comes with an article: audio, video, an image or something else. */
export interface Enclosure {
  /** Where it is: http or https. */
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

/** A story, told by one or more articles: the unit that readers read, mark and star. */
export interface Story {
  readonly id: number
  /** Title of the earliest article; `url` and `summary` are its too. */
  readonly title: string
  readonly url: string
  readonly summary?: string | undefined
  /** Publication time of the earliest article. */
  readonly publishedAt: number
  /** When its first article was kept. */
  readonly addedAt: number
  readonly isRead: boolean
  readonly isStarred: boolean
  /** By the time of publication; at least one. */
  readonly articles: readonly Article[]
}

/** How a source fares. Instants are milliseconds since the epoch. */
export interface SourceHealth {
  readonly source: string
  /** `mended`: an ill-formed feed that could be read. `muted`: gone or failing for a year, and asked only if a refresh is forced. */
  readonly state: 'new' | 'ok' | 'unchanged' | 'mended' | 'failing' | 'limited' | 'muted' | 'off'
  /** When it was last asked, and when it last answered as it should. */
  readonly triedAt?: number | undefined
  readonly succeededAt?: number | undefined
  /** Not before then is it asked again. */
  readonly nextAt?: number | undefined
  /** Last result in words, without secrets: `40 new in 0.4 s`, `429: quota used up, again at 12:00`. */
  readonly message?: string | undefined
  /** Failures in a row. */
  readonly failures: number
  /** The address to which its own has moved for good. */
  readonly movedTo?: string | undefined
  readonly about?: SourceAbout | undefined
}

/** Words of a source about itself, as it last gave them. */
export interface SourceAbout {
  readonly title?: string | undefined
  readonly homepage?: string | undefined
  readonly icon?: string | undefined
  /** Milliseconds for which it wants to be left alone after each fetch. */
  readonly refreshAfter?: number | undefined
  /** Hours from 0 to 23 and days from 0 for Sunday, in UTC, in which it wants to be left alone. */
  readonly skipHours?: readonly number[] | undefined
  readonly skipDays?: readonly number[] | undefined
  /** Milliseconds for which its articles are kept, also once it is removed. @default 30 days */
  readonly retention?: number | undefined
}
