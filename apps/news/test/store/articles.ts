import type { Article } from '../../src/model/news.ts'

export const hour = 3_600_000
/** Noon of a day in 2026. */
export const noon: number = Date.UTC(2026, 9, 1, 12)

/** An article with a unique address and title per number. */
export function article(number: number, changes: Partial<Article> = {}): Article {
  return {
    source: 'guardian',
    sourceId: `id-${number}`,
    url: `https://${changes.source ?? 'guardian'}.example/story-${number}`,
    title: `What happened in district ${number} of the city`,
    publishedAt: noon + number,
    ...changes,
  }
}

/** Articles with the numbers from `from` (inclusive) to `to` (exclusive). */
export function articles(from: number, to: number, changes: Partial<Article> = {}): Article[] {
  return Array.from({ length: to - from }, (_, at) => article(from + at, changes))
}
