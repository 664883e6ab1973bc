import { guardian, webUrlOf } from '../guardian/guardian-item.ts'
import { pick, slugOf } from '../stories/story.ts'
import type { StoryPool } from '../stories/story-pool.ts'
import { places } from '../stories/words.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '/': '&#x2F;',
}

/** Plain text as this API escapes it in titles. */
function escapedTitle(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Plain text as this API escapes it in texts, slashes included. */
function escapedText(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => entities[character]!)
}

/** Title prefixes of posts about the author's own work. */
const askTitles = [
  "Ask HN: What's your way to read logs on a train?",
  'Ask HN: Which parser would you write again?',
  'Ask HN: How do you keep R&D notes for ten years?',
  'Ask HN: Is <b> still fine in 2026?',
] as const

const showTitles = [
  'Show HN: A clock that counts in primes',
  'Show HN: Tides & trains on one page',
  "Show HN: I've put my garden's sensors on a map",
  'Show HN: A queue in 100 lines',
] as const

const jobTitles = [
  'Tellworks (YC W31) is hiring people who like old networks',
  'Quillon Maps (YC S29) wants a second engineer',
  'Saltworks & Sons (YC W30) is hiring in Brackwater',
] as const

const ownTitles = [
  'Notes on a small compiler',
  'Why the cache was right after all',
  "The kernel's quietest corner",
  'A history of the semicolon',
  'Measuring what a context switch costs',
  'Fonts & their forgotten tables',
] as const

const remarks = [
  "I've tried this at work, and it doesn't hold beyond 10/s & a bit.",
  'Does anybody know how this compares with <table> layouts?',
  'The second half is better than the first.',
  'We had the same in 2009; it was the disk.',
] as const

const userNames = ['tidewatch', 'mossy', 'kelp42', 'gantry', 'oldmodem', 'quillpen', 'barleyfan', 'nightferry'] as const

/** Kind of post for a story number: a link to it, or something else. */
export type Kind = 'link' | 'own' | 'ask' | 'show' | 'job'

/** State of an item: lists also contain ids whose item is missing. */
type Fate = 'null' | 'dead' | 'deleted' | 'there'

/** Delay in milliseconds between a story and its post; every outlet has published it by then. */
const delay = 2_700_000
const firstId = 20_000_000
/** Ids per story: the first is the story, the others are comments. */
const idsPerStory = 10

/** All items ever posted, computed from their number; nothing is stored. */
export class HackerNewsItems {
  readonly #pool: StoryPool

  constructor(pool: StoryPool) {
    this.#pool = pool
  }

  /** Number of the next post. */
  get next(): number {
    return this.#pool.nextAt(this.now - delay)
  }

  get now(): number {
    return this.#pool.now
  }

  idOf(number: number): number {
    return firstId + number * idsPerStory
  }

  kindOf(number: number): Kind {
    const chance = this.#pool.draw(number, 'hn kind')
    if (chance < 0.04) return 'job'
    if (chance < 0.1) return 'ask'
    if (chance < 0.16) return 'show'
    return chance < 0.4 ? 'own' : 'link'
  }

  /** Votes, which grow for a day. */
  scoreOf(number: number): number {
    const most = 3 + 500 * this.#pool.draw(number, 'hn score') ** 3
    return 1 + Math.floor(most * (1 - Math.exp(-this.ageOf(number) / 28_800_000)))
  }

  /** Age in milliseconds. */
  ageOf(number: number): number {
    return this.now - this.#postedAt(number)
  }

  authorOf(number: number): string {
    return pick(userNames, this.#pool.draw(number, 'hn author'))
  }

  /** Highest item id, the newest comment included. */
  get maxItem(): number {
    const number = this.next - 1
    return this.idOf(number) + this.#commentCount(number)
  }

  /** The item; null if it does not exist or is unavailable. */
  find(id: number): Readonly<Record<string, unknown>> | null {
    const number = Math.floor((id - firstId) / idsPerStory)
    const place = id - this.idOf(number)
    if (number >= this.next || number < this.next - 100_000) return null
    if (place > 0) return place <= this.#commentCount(number) ? this.#comment(number, place) : null
    switch (this.#fateOf(number)) {
      case 'null':
        return null
      case 'deleted':
        return { id, deleted: true, type: 'story', time: seconds(this.#postedAt(number)) }
      case 'dead':
        return { ...this.#post(number), dead: true }
      case 'there':
        return this.#post(number)
    }
  }

  #fateOf(number: number): Fate {
    const chance = this.#pool.draw(number, 'hn fate')
    if (chance < 0.02) return 'null'
    if (chance < 0.03) return 'dead'
    return chance < 0.04 ? 'deleted' : 'there'
  }

  #postedAt(number: number): number {
    return this.#pool.story(number).publishedAt + delay
  }

  #post(number: number): Readonly<Record<string, unknown>> {
    const kind = this.kindOf(number)
    const id = this.idOf(number)
    const common = { id, by: this.authorOf(number), time: seconds(this.#postedAt(number)), score: this.scoreOf(number) }
    const { title, url, text } = this.#contentOf(number, kind)
    const shown = {
      title: escapedTitle(title),
      ...(url === undefined ? {} : { url }),
      ...(text === undefined ? {} : { text }),
    }
    if (kind === 'job') return { ...common, type: 'job', ...shown }
    const count = this.#commentCount(number)
    const kids = Array.from({ length: count }, (_, index) => id + count - index)
    return { ...common, type: 'story', ...shown, descendants: count, ...(count === 0 ? {} : { kids }) }
  }

  #contentOf(number: number, kind: Kind): { readonly title: string; readonly url?: string; readonly text?: string } {
    const story = this.#pool.story(number)
    const chance = this.#pool.draw(number, 'hn title')
    // The mark makes titles with the same beginning distinct.
    const mark = ` (${pick(places, this.#pool.draw(number, 'hn place'))}, no. ${number % 10_000})`
    switch (kind) {
      case 'ask':
        return { title: `${pick(askTitles, chance)}${mark}`, text: paragraphs(story.text, story.url) }
      case 'show': {
        const title = `${pick(showTitles, chance)}${mark}`
        return { title, url: `https://${this.authorOf(number)}.example/${slugOf(title)}` }
      }
      case 'job':
        return { title: `${pick(jobTitles, chance)}${mark}`, url: `https://jobs.example/${number}` }
      case 'own': {
        const title = `${pick(ownTitles, chance)}${mark}`
        return { title, url: `https://${this.authorOf(number)}.example/notes/${number}` }
      }
      case 'link':
        return { title: story.title, url: this.#linkOf(number) }
    }
  }

  /** Link to a story, sometimes to the Guardian imitation if that published it. */
  #linkOf(number: number): string {
    const isTold = this.#pool.draw(number, 'hn link') < 0.3 && this.#pool.tells(guardian, number)
    return isTold ? webUrlOf(this.#pool.tellingOf(guardian, number)) : this.#pool.story(number).url
  }

  /** Number of comments: one every quarter of an hour. */
  #commentCount(number: number): number {
    const most = Math.floor(this.#pool.draw(number, 'hn comments') * idsPerStory)
    return this.kindOf(number) === 'job' ? 0 : Math.min(most, Math.floor(this.ageOf(number) / 900_000))
  }

  #comment(number: number, place: number): Readonly<Record<string, unknown>> {
    const id = this.idOf(number) + place
    const remark = pick(remarks, this.#pool.draw(id, 'hn remark'))
    return {
      id,
      type: 'comment',
      by: this.authorOf(id),
      parent: this.idOf(number),
      time: seconds(this.#postedAt(number) + place * 900_000),
      text: paragraphs(remark, this.#pool.story(number).url),
    }
  }
}

/** HTML as this API writes it: paragraphs are opened but never closed. */
function paragraphs(text: string, url: string): string {
  return `${escapedText(text)}<p>See <a href="${escapedText(url)}" rel="nofollow">${escapedText(url)}</a>, <i>the first</i>.`
}

function seconds(at: number): number {
  return Math.floor(at / 1_000)
}
