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
export interface FeedContent {
  readonly items: readonly FeedItem[]
  readonly title?: SourceText | undefined
  /** Home page of the feed; also the link of items without their own. */
  readonly homepage?: string | undefined
  /** Base of relative links. @default the address of the feed */
  readonly base?: string | undefined
  /** Minimum milliseconds between two fetches, and the hours and days of the week to skip, in UTC from 0. */
  readonly refreshAfter?: number | undefined
  readonly skipHours?: readonly number[] | undefined
  readonly skipDays?: readonly number[] | undefined
  /** URL of a small picture. */
  readonly icon?: string | undefined
  /** True if the feed was ill-formed and read as far as possible. */
  readonly isMended?: boolean | undefined
}
