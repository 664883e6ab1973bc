import type { RawArticle, RawEnclosure, SourceText } from './clean-article.ts'

/** An item of any kind of feed; `source` is not its business. */
export interface FeedItem extends Omit<RawArticle, 'source' | 'base' | 'url' | 'published' | 'otherwise' | 'content'> {
  /** HTML that may have an image, which stands for an item without words. */
  readonly image?: string | undefined
  /** Where it may be read, the best first, each with the bases that hold for it, the outermost first. */
  readonly links: readonly FeedLink[]
  /** Dates as text, the best first. */
  readonly dates: readonly string[]
  /** The whole text, with the bases that hold for its addresses. */
  readonly text?: { readonly html: SourceText; readonly bases?: readonly string[] | undefined } | undefined
  /** Files, with the bases that hold for their addresses. */
  readonly files?: readonly FeedFile[] | undefined
}

export interface FeedFile extends RawEnclosure {
  readonly bases?: readonly string[] | undefined
}

export interface FeedLink {
  readonly href: string
  readonly bases?: readonly string[] | undefined
  /** True if it is a link only if it is absolute: an id, for example. */
  readonly isId?: boolean | undefined
}

/** Content of a feed of any format. */
export interface FeedContent {
  readonly items: readonly FeedItem[]
  readonly title?: SourceText | undefined
  /** The site that it belongs to; items without a link of their own lead there. */
  readonly homepage?: string | undefined
  /** Base of relative links, if it is not the address of the feed. */
  readonly base?: string | undefined
  /** Milliseconds for which it wants to be left alone, and the hours and days of the week in UTC, from 0. */
  readonly refreshAfter?: number | undefined
  readonly skipHours?: readonly number[] | undefined
  readonly skipDays?: readonly number[] | undefined
  /** Address of a small picture. */
  readonly icon?: string | undefined
  /** Ill-formed: what could be read was read. */
  readonly isMended?: boolean | undefined
}
