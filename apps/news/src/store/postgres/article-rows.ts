import { createHash } from 'node:crypto'
import type { Article } from '../../model/news.ts'
import { searchWords } from '../../stories/search-words.ts'
import type { KeptArticle } from '../kept-article.ts'
import type { Bindable, Row } from './database.ts'

/** An article as it was given. */
export function articleOf(row: Row): Article {
  const { source, source_id: sourceId, url, title, published_at: publishedAt } = row
  const optional = Object.fromEntries(
    ['summary', 'author', 'language', 'section'].flatMap((key) => (row[key] === null ? [] : [[key, row[key]]])),
  )
  return { source, sourceId, url, title, publishedAt, ...optional } as unknown as Article
}

/** The columns of an article `a` that matter when others are compared with it. */
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

/** The article as `findStory` compares it. */
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

/** The names of these columns. */
export const articleColumns: readonly string[] = columns.map(([name]) => name)

/** Columns as arrays, one row for each article, from the place `first` on: for `unnest`. */
export function articleArrays(first: number): string {
  return columns.map(([, type], at) => `$${first + at}::${type}[]`).join(', ')
}

/** The values of these arrays. */
export function articleValues(articles: readonly KeptArticle[]): Bindable[] {
  return columns.map(([, , of]) => articles.map(of) as Bindable)
}

/** Characters of a word in the index. */
const longestLexeme = 64

/** Search text of an article: its words, a space around each, and a `|` between title and summary that no term spans. */
function wordsOf({ title, summary = '' }: Article): string {
  return ` ${[...searchWords(title), '|', ...searchWords(summary)].join(' ')} `
}

/** The beginning of a word, as the index has it. */
export function lexemeOf(word: string): string {
  return word.length <= longestLexeme ? word : Array.from(word).slice(0, longestLexeme).join('')
}

/**
 * Keys of texts. An index of PostgreSQL takes no text beyond about 2,700 bytes, and addresses and ids may be of any
 * length.
 */
export function keyOf(...texts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(texts)).digest()
}
