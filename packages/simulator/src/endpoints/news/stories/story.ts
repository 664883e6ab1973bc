import { seededRandom } from 'sluice/internal'
import { authors, circumstances, deeds, people, places, type Section, sections, sentences } from './words.ts'

const wordings: readonly ((title: string) => string)[] = [
  (title) => title,
  (title) => title.replaceAll("'", '’').replace(' after ', ' – after '),
  (title) => title.replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase()),
  (title) => `Report: ${title}`,
  (title) => title.replace(' & ', ' and '),
]

interface Draws {
  readonly draw: Draw
}

/** Title of a story as an outlet words it: nearly the same. */
export function retell({ draw }: Draws, { title, number }: Story, teller: string): string {
  return pick(wordings, draw(number, `${teller} wording`))(title)
}

const trackers: readonly ((name: string) => string)[] = [
  (name) => `?utm_source=${name}&utm_medium=referral&utm_campaign=practice`,
  (name) => `/?utm_source=${name}`,
  () => '?fbclid=IwAR0practice',
  (name) => `?utm_content=x&utm_source=${name}#comments`,
  () => '',
]

/** URL of a story as an outlet links to it, with tracking parameters. */
export function tracked({ draw }: Draws, { url, number }: Story, teller: string): string {
  const host = draw(number, `${teller} www`) < 0.5 ? url.replace('https://', 'https://www.') : url
  return host + pick(trackers, draw(number, `${teller} tracker`))(teller)
}

/**
 * True if a text matches a query: all words and `"phrases"`, none after `NOT` or `-`; parts joined by `OR` are
 * alternatives. Case-insensitive.
 */
export function matches(query: string, text: string): boolean {
  const within = text.toLowerCase()
  return query.split(/(?<!\s)\s+OR\s+/).some((part) =>
    Array.from(part.matchAll(/(NOT\s+|-)?[+]?(?:"([^"]*)"|(\S+))/g)).every(([, not, phrase, word]) => {
      if (phrase === undefined && word === 'AND') return true
      return within.includes((phrase ?? word ?? '').toLowerCase()) === (not === undefined)
    }),
  )
}

/** `2026-11-20T12:00:00Z`: whole seconds, as news APIs write them. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/**
 * Milliseconds since the epoch of an ISO date, with or without time; a date alone is its midnight. Undefined if it is
 * neither.
 */
export function parseInstant(text: string): number | undefined {
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
  const zoned = text.includes('T') && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text
  const at = isIso ? Date.parse(zoned) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** A fictional newspaper. */
export interface Outlet {
  /** Source id in the NewsAPI imitation; some outlets have none. */
  readonly id: string | null
  readonly name: string
  readonly domain: string
}

/** Names under a reserved domain, so that they cannot exist. */
export const outlets: readonly Outlet[] = [
  { id: 'harbour-post', name: 'Harbour Post', domain: 'harbour-post.example' },
  { id: 'the-lantern', name: 'The Lantern', domain: 'lantern.example' },
  { id: 'northern-wire', name: 'Northern Wire', domain: 'northern-wire.example' },
  { id: 'daily-ledger', name: 'Daily Ledger', domain: 'daily-ledger.example' },
  { id: null, name: 'Field & Forge', domain: 'field-and-forge.example' },
  { id: null, name: 'Quillon Evening', domain: 'quillon-evening.example' },
]

/** Random number from 0 to 1 for a number and a purpose; a pure function of both. */
export type Draw = (number: number, purpose: string) => number

/** Stateless randomness: results depend on the seed only, not on earlier requests. */
export function drawFrom(seed: number): Draw {
  return (number, purpose) => {
    let mixed = seed ^ Math.imul(number, 0x9e37_79b1)
    for (let index = 0; index < purpose.length; index++) {
      mixed = Math.imul(mixed ^ purpose.charCodeAt(index), 0x0100_0193)
    }
    return seededRandom(mixed >>> 0)()
  }
}

/** Picks one of several choices with equal probability. */
export function pick<T>(choices: readonly T[], chance: number): T {
  return choices[Math.floor(chance * choices.length)]!
}

/** A fictional event. Instants are milliseconds since the epoch. */
export interface Story {
  /** Sequence number in order of time. */
  readonly number: number
  readonly section: Section
  readonly title: string
  readonly summary: string
  readonly text: string
  readonly author: string
  /** Outlet that published it first. */
  readonly outlet: Outlet
  /** URL of the first publication. */
  readonly url: string
  /** A whole second. */
  readonly publishedAt: number
}

/** Interval between two stories in milliseconds: 300 in three days. */
export const storySpacing: number = 864_000

/** Number of distinct titles. */
const titles = sections.length * places.length * 6 * 10 * circumstances.length
/** Coprime to the number of titles: titles come in no visible order, and each once before any repeats. */
const stride = 5_573

/** Story with that number; a pure function of number and seed. */
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

/** URL slug: `Ostrey bakers raise wages` becomes `ostrey-bakers-raise-wages`. */
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
