import { styleText } from 'node:util'
import type { Story } from '../model/news.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Removes control and direction characters from external text, which could steer a terminal or reorder letters. */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
}

/** One line per story: its number, age, sources and title. */
export function storyLines(
  stories: readonly Story[],
  {
    now,
    titles,
    isStyled,
  }: { readonly now: number; readonly titles: ReadonlyMap<string, string>; readonly isStyled: boolean },
): string {
  const strong = (text: string): string => (isStyled ? styleText('bold', text, { validateStream: false }) : text)
  return stories
    .map(({ id, title, publishedAt, isRead, isStarred, articles }) => {
      const sources = new Set(articles.map(({ source }) => titles.get(source) ?? source))
      const head = [String(id).padStart(6), ageText(now - publishedAt).padStart(4), isStarred ? '*' : ' ']
      const shown = cleanText(title)
      return `${head.join(' ')} ${isRead ? shown : strong(shown)}  (${cleanText([...sources].join(', '))})\n`
    })
    .join('')
}

/** Age in short form: `5m`, `3h`, `2d`. */
function ageText(age: number): string {
  if (age < hour) return `${Math.max(0, Math.floor(age / minute))}m`
  return age < day ? `${Math.floor(age / hour)}h` : `${Math.floor(age / day)}d`
}

/** A story as text: its title, its summary, and its link at each source. */
export function storyText(story: Story, titles: ReadonlyMap<string, string>): string {
  const { title, summary, articles } = story
  const links = articles.map(({ source, url }) => `  ${cleanText(titles.get(source) ?? source)}: ${cleanText(url)}`)
  return `${[cleanText(title), ...(summary === undefined ? [] : ['', cleanText(summary)]), '', ...links].join('\n')}\n`
}
