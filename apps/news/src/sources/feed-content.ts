import type { SourceAbout } from '../model/news.ts'
import type { RawArticle, RawEnclosure, SourceText } from './clean-article.ts'

/** An item of a feed in any format, without its `source`. */
export interface FeedItem extends Omit<RawArticle, 'source' | 'base' | 'url' | 'published' | 'otherwise' | 'content'> {
  /** HTML that may contain an image, whose description replaces a missing title. */
  readonly image?: string | undefined
  /** Links in order of preference, each with its base URLs, outermost first. */
  readonly links: readonly FeedLink[]
  /** Dates as text, in order of preference. */
  readonly dates: readonly string[]
  /** Full text, with the base URLs of its links. */
  readonly text?: { readonly html: SourceText; readonly bases?: readonly string[] | undefined } | undefined
  /** Files, with the base URLs of their links. */
  readonly files?: readonly FeedFile[] | undefined
}

export interface FeedFile extends RawEnclosure {
  readonly bases?: readonly string[] | undefined
}

export interface FeedLink {
  readonly href: string
  readonly bases?: readonly string[] | undefined
  /** True if the value counts as a link only if it is absolute: an ID, for example. */
  readonly isId?: boolean | undefined
}

/** Content of a feed of any format. */
export interface FeedContent extends Omit<SourceAbout, 'title' | 'retention'> {
  readonly items: readonly FeedItem[]
  readonly title?: SourceText | undefined
  /** Base of relative links. @default the address of the feed */
  readonly base?: string | undefined
  /** True if the feed was ill-formed and read as far as possible. */
  readonly isMended?: boolean | undefined
}
