import { hasTerm, searchTerms, searchWords } from '../../stories/search-words.ts'
import type { StoryFilter } from '../news-store.ts'
import type { MemoryArticle } from './memory-articles.ts'

/** A story with its marks; its articles as they came. */
export interface MemoryStory {
  readonly id: number
  readonly addedAt: number
  isRead: boolean
  isStarred: boolean
  articles: MemoryArticle[]
}

/** Whether a filter has a story. */
export function isWanted(filter: StoryFilter): (story: MemoryStory) => boolean {
  const { sources, section, language, isRead, isStarred } = filter
  const { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = filter
  const terms = searchTerms(filter.search ?? '')

  const hasWords = (title: string, summary: string): boolean => {
    if (terms.length === 0) return true
    const texts = [searchWords(title), searchWords(summary)]
    return terms.every((term, index) => texts.some((text) => hasTerm(text, term, index === terms.length - 1)))
  }
  const isWantedArticle = ({ article }: MemoryArticle): boolean =>
    (sources === undefined || sources.includes(article.source)) &&
    (section === undefined || article.section === section) &&
    (language === undefined || article.language === language) &&
    hasWords(article.title, article.summary ?? '')

  return (story) => {
    if (isRead !== undefined && story.isRead !== isRead) return false
    if (isStarred !== undefined && story.isStarred !== isStarred) return false
    const publishedAt = Math.min(...story.articles.map(({ article }) => article.publishedAt))
    return publishedAt >= from && publishedAt < before && story.articles.some(isWantedArticle)
  }
}
