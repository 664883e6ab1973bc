import type { Article } from '../model/article.ts'

const keys = ['url', 'title', 'summary', 'author', 'publishedAt', 'language', 'section'] as const

/** Whether a source says something else of an article than what is kept of it. */
export function hasChanged(kept: Article, article: Article): boolean {
  return keys.some((key) => kept[key] !== article[key])
}
