import { createHash } from 'node:crypto'
import type { Article, ArticleContent, NewArticle, StoredContent } from '../model/news.ts'
import { canonicalUrl } from '../stories/canonical-url.ts'
import type { ComparedArticle } from '../stories/find-story.ts'

/** A normalized article, as stored. */
export type KeptArticle = Article & ComparedArticle & { readonly content?: KeptContent | undefined }

/** Serialized content of an article, with a hash to detect changes. */
export interface KeptContent {
  readonly json: string
  readonly hash: string
}

export function keptContent(content: ArticleContent): KeptContent {
  const json = JSON.stringify(content, (_, value: unknown) => (typeof value === 'string' ? clean(value) : value))
  return { json, hash: createHash('sha256').update(json).digest('base64url') }
}

/** Parses the stored content of an article. */
export function storedContent(row: Readonly<Record<string, unknown>>): StoredContent {
  const { source, source_id: sourceId, content, full_text: fullText } = row
  return {
    source: source as string,
    sourceId: sourceId as string,
    ...(typeof content === 'string' ? { content: JSON.parse(content) as ArticleContent } : undefined),
    ...(typeof fullText === 'string' ? { fullText: JSON.parse(fullText) as ArticleContent } : undefined),
  }
}

/**
 * Normalizes an article: removes NUL and lone surrogates, which databases change or truncate at.
 * @throws TypeError if an instant is not a whole number, or the source or ID is missing
 */
export function keptArticle(article: NewArticle): KeptArticle {
  const source = clean(article.source)
  const sourceId = clean(article.sourceId)
  if (source === '' || sourceId === '') {
    throw new TypeError(`an article without ${source === '' ? 'source' : 'id'} cannot be stored: ${article.url}`)
  }
  if (!Number.isSafeInteger(article.publishedAt)) {
    const said = String(article.publishedAt)
    throw new TypeError(`article ${sourceId} of ${source}: publishedAt must be whole milliseconds; got ${said}`)
  }
  const url = clean(article.url)
  return {
    source,
    sourceId,
    url,
    canonicalUrl: canonicalUrl(url),
    title: clean(article.title),
    publishedAt: article.publishedAt,
    ...(article.summary === undefined ? {} : { summary: clean(article.summary) }),
    ...(article.author === undefined ? {} : { author: clean(article.author) }),
    ...(article.language === undefined ? {} : { language: clean(article.language) }),
    ...(article.section === undefined ? {} : { section: clean(article.section) }),
    ...(article.content === undefined ? {} : { content: keptContent(article.content) }),
  }
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

const keys = ['sourceId', 'url', 'title', 'summary', 'author', 'publishedAt', 'language', 'section'] as const

/** Returns true if the source has changed an article since it was stored. */
export function hasChanged(kept: Article, article: Article): boolean {
  return keys.some((key) => kept[key] !== article[key])
}

/** Newer version of a stored article. Keeps the earlier of the two publication dates. */
export function newerVersion(kept: Article, article: KeptArticle): KeptArticle {
  return { ...article, publishedAt: Math.min(kept.publishedAt, article.publishedAt) }
}

/**
 * Returns true if a source has changed the ID of an article: page, title and date are equal. If a source lists both IDs
 * at the same time, they are two articles.
 */
export function isRenamed(kept: KeptArticle, article: KeptArticle): boolean {
  const { source, canonicalUrl, title, publishedAt } = article
  return (
    kept.source === source &&
    kept.canonicalUrl === canonicalUrl &&
    kept.title === title &&
    kept.publishedAt === publishedAt
  )
}
