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
  /** As the source says; never later than it was fetched. */
  readonly publishedAt: number
  /** Lower case, such as `en`. */
  readonly language?: string | undefined
  readonly section?: string | undefined
}
