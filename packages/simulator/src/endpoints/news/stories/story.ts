import { type Draw, pick } from './draw.ts'
import { type Outlet, outlets } from './outlets.ts'
import { authors, circumstances, deeds, people, places, type Section, sections, sentences } from './words.ts'

/** Something that has happened in no place. Instants are milliseconds since the epoch. */
export interface Story {
  /** They are numbered by their time. */
  readonly number: number
  readonly section: Section
  readonly title: string
  readonly summary: string
  readonly text: string
  readonly author: string
  /** Who had it first. */
  readonly outlet: Outlet
  /** Where it was first. */
  readonly url: string
  /** A whole second. */
  readonly publishedAt: number
}

/** From one story to the next: 300 in three days. */
export const storySpacing: number = 864_000

/** How many different titles there are. */
const titles = sections.length * places.length * 6 * 10 * circumstances.length
/** No divisor of it divides the number of titles: so the titles come in disorder, and each once before any comes again. */
const stride = 5_573

/** The story with that number: always the same for the same seed. */
export function storyOf(number: number, seed: number, draw: Draw): Story {
  let left = remainder(number * stride + seed * 104_729, titles)
  const next = <T>(choices: readonly T[]): T => {
    const choice = choices[left % choices.length]!
    left = Math.floor(left / choices.length)
    return choice
  }
  const section = next(sections)
  const place = next(places)
  const who = next(people[section])
  const deed = next(deeds[section])
  const title = `${place} ${who} ${deed} ${next(circumstances)}`
  const publishedAt = number * storySpacing + Math.floor(draw(number, 'second') * 800) * 1_000
  const outlet = pick(outlets, draw(number, 'outlet'))
  const lead = pick(sentences, draw(number, 'lead'))
  const more = sentences.filter((sentence) => sentence !== lead).slice(Math.floor(draw(number, 'length') * 6))
  const summary = `In ${place}, ${who} ${deed}. ${lead}`
  return {
    number,
    section,
    title,
    summary,
    text: [summary, ...more].join(' '),
    author: pick(authors, draw(number, 'author')),
    outlet,
    url: `https://${outlet.domain}/${section}/${day(publishedAt)}/${slugOf(title)}`,
    publishedAt,
  }
}

/** `Ostrey bakers raise wages` becomes `ostrey-bakers-raise-wages`. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/'/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')
}

function remainder(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
