import { type Draw, drawFrom, type Story, storyOf, storySpacing } from './story.ts'

/** Who tells stories of the pool, and how soon. */
export interface Teller {
  readonly name: string
  /** How many of the stories it tells: from 0 to 1. */
  readonly share: number
  /** Milliseconds from a story to its telling, at most. */
  readonly slowest: number
}

/** A story as somebody tells it. */
export interface Telling {
  readonly story: Story
  /** A whole second. */
  readonly publishedAt: number
}

/** How far back tellers go: three days. */
const memory = 259_200_000
/** More stories than this, and all are made anew. */
const mostKept = 2_000

/**
 * Stories that all sources draw from: about 300 of the last three days, by the simulator's clock.
 *
 * Nothing is remembered but to save work: at the same time the stories are the same, and later there are new ones.
 */
export class StoryPool {
  readonly draw: Draw
  readonly #seed: number
  readonly #wallTime: () => number
  readonly #stories = new Map<number, Story>()

  constructor(seed: number, wallTime: () => number) {
    this.draw = drawFrom(seed)
    this.#seed = seed
    this.#wallTime = wallTime
  }

  /** The time of the day, in milliseconds since the epoch. */
  get now(): number {
    return this.#wallTime()
  }

  /** The number of the first story that was not out yet at that time. */
  nextAt(at: number): number {
    const number = Math.floor(at / storySpacing)
    return this.story(number).publishedAt <= at ? number + 1 : number
  }

  story(number: number): Story {
    const kept = this.#stories.get(number)
    if (kept !== undefined) return kept
    if (this.#stories.size >= mostKept) this.#stories.clear()
    const story = storyOf(number, this.#seed, this.draw)
    this.#stories.set(number, story)
    return story
  }

  /** True if a teller publishes this story at any time. */
  tells({ name, share }: Teller, number: number): boolean {
    return this.draw(number, `${name} tells`) < share
  }

  /** How a teller tells this story, if it does. */
  tellingOf({ name, slowest }: Teller, number: number): Telling {
    const story = this.story(number)
    const seconds = Math.floor((this.draw(number, `${name} delay`) * slowest) / 1_000)
    return { story, publishedAt: story.publishedAt + seconds * 1_000 }
  }

  /** Stories of a teller in the last three days, the newest first. */
  toldBy(teller: Teller): readonly Telling[] {
    const { now } = this
    const next = this.nextAt(now)
    const count = Math.ceil((memory + teller.slowest) / storySpacing)
    const numbers = Array.from({ length: count }, (_, index) => next - 1 - index)
    return numbers
      .filter((number) => this.tells(teller, number))
      .map((number) => this.tellingOf(teller, number))
      .filter(({ publishedAt }) => publishedAt <= now && publishedAt > now - memory)
      .sort((one, other) => other.publishedAt - one.publishedAt || other.story.number - one.story.number)
  }
}
