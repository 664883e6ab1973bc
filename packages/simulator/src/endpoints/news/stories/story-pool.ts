import { type Draw, drawFrom, type Story, storyOf, storySpacing } from './story.ts'

/** An outlet that publishes stories of the pool, and its delay. */
export interface Teller {
  readonly name: string
  /** Share of the stories that it publishes, from 0 to 1. */
  readonly share: number
  /** Maximum delay in milliseconds between a story and its publication. */
  readonly slowest: number
}

/** A story as one outlet publishes it. */
export interface Telling {
  readonly story: Story
  /** A whole second. */
  readonly publishedAt: number
}

/** Period that the lists of outlets cover: three days. */
const memory = 259_200_000
/** Maximum number of cached stories; beyond it the cache is cleared. */
const maxKept = 2_000

/**
 * Stories that all sources share: about 300 in the last three days, by the simulator's clock.
 *
 * A pure function of time: the cache only saves work, and new stories appear as time passes.
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

  /** Number of the first story that was not out yet at that time. */
  nextAt(at: number): number {
    const number = Math.floor(at / storySpacing)
    return this.story(number).publishedAt <= at ? number + 1 : number
  }

  story(number: number): Story {
    const kept = this.#stories.get(number)
    if (kept !== undefined) return kept
    if (this.#stories.size >= maxKept) this.#stories.clear()
    const story = storyOf(number, this.#seed, this.draw)
    this.#stories.set(number, story)
    return story
  }

  /** True if an outlet ever publishes this story. */
  tells({ name, share }: Teller, number: number): boolean {
    return this.draw(number, `${name} tells`) < share
  }

  /** Publication of this story by an outlet, if there is one. */
  tellingOf({ name, slowest }: Teller, number: number): Telling {
    const story = this.story(number)
    const seconds = Math.floor((this.draw(number, `${name} delay`) * slowest) / 1_000)
    return { story, publishedAt: story.publishedAt + seconds * 1_000 }
  }

  /** Stories of an outlet in the last three days, newest first. */
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
