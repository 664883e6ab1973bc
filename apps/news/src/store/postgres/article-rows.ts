import { createHash } from 'node:crypto'
import type { Article } from '../../model/news.ts'
import { searchWords } from '../../stories/search-words.ts'
import type { KeptArticle } from '../kept-article.ts'
import type { Bindable, Row } from './database.ts'

/** Converts a row to an article. */
export function articleOf(row: Row): Article {
  const { source, source_id: sourceId, url, title, published_at: publishedAt } = row
  const optional = Object.fromEntries(
    ['summary', 'author', 'language', 'section'].flatMap((key) => (row[key] === null ? [] : [[key, row[key]]])),
  )
  return { source, sourceId, url, title, publishedAt, ...optional } as unknown as Article
}

/** Columns of an article `a` that are needed for comparisons. */
export const knownColumns: string = [
  'id',
  'story_id',
  'article_key',
  'source',
  'source_id',
  'url',
  'canonical_url',
  'title',
  'summary',
  'author',
  'published_at',
  'language',
  'section',
  'fetched_at',
]
  .map((name) => `a.${name}`)
  .join(', ')

/** Converts a row to an article for `findStory`. */
export function keptArticleOf(row: Row): KeptArticle {
  return { ...articleOf(row), canonicalUrl: row.canonical_url as string }
}

export function articleKeyOf({ source, sourceId }: Article): Buffer {
  return keyOf(source, sourceId)
}

/** Written columns of an article, with their types. */
const columns: readonly (readonly [name: string, type: string, of: (article: KeptArticle) => Bindable])[] = [
  ['article_key', 'bytea', articleKeyOf],
  ['source_key', 'bytea', ({ source }) => keyOf(source)],
  ['url_key', 'bytea', ({ canonicalUrl }) => keyOf(canonicalUrl)],
  ['source', 'text', ({ source }) => source],
  ['source_id', 'text', ({ sourceId }) => sourceId],
  ['url', 'text', ({ url }) => url],
  ['canonical_url', 'text', ({ canonicalUrl }) => canonicalUrl],
  ['title', 'text', ({ title }) => title],
  ['summary', 'text', ({ summary }) => summary],
  ['author', 'text', ({ author }) => author],
  ['published_at', 'bigint', ({ publishedAt }) => publishedAt],
  ['language', 'text', ({ language }) => language],
  ['section', 'text', ({ section }) => section],
  ['words', 'text', wordsOf],
]

/** Names of these columns. */
export const articleColumns: readonly string[] = columns.map(([name]) => name)

/** Parameters for `unnest`, one array per column, numbered from `first`. */
export function articleArrays(first: number): string {
  return columns.map(([, type], at) => `$${first + at}::${type}[]`).join(', ')
}

/** Values of these arrays. */
export function articleValues(articles: readonly KeptArticle[]): Bindable[] {
  return columns.map(([, , of]) => articles.map(of) as Bindable)
}

/** Maximum number of characters of a word in the index. */
const longestLexeme = 64

/** Search text of an article: its words between spaces, and a `|` between title and summary that no term can span. */
function wordsOf({ title, summary = '' }: Article): string {
  return ` ${[...searchWords(title), '|', ...searchWords(summary)].join(' ')} `
}

/** Prefix of a word, as indexed. */
export function lexemeOf(word: string): string {
  return word.length <= longestLexeme ? word : Array.from(word).slice(0, longestLexeme).join('')
}

/**
 * Hash key of texts. PostgreSQL limits index entries to about 2,700 bytes, while addresses and IDs may be of any
 * length.
 */
export function keyOf(...texts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(texts)).digest()
}
