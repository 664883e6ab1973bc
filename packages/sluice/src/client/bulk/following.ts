import { messageOf } from '../../errors/message-of.ts'
import { SettingsError } from '../../errors/settings-error.ts'
import type { Caller } from '../caller.ts'
import { PagesFollower, type PagesFollowerParts, pageOf } from '../pagination/pages-follower.ts'
import type { CallResult } from '../result.ts'
import { type Followed, FollowedSource, type Follower, failureOf, type GrowingSource, isGrowing } from './follow.ts'
import type { BulkSettings } from './options.ts'
import { type BulkSource, itemOf, type SourceItem } from './source.ts'

interface FollowingParts {
  readonly caller: Caller
  readonly concurrency: { readonly limit: number }
}

/** Creates the follow-up requests of a run's results, according to its options. */
export class Following {
  /** Source of the run: follow-up items come before further items of the original source. */
  readonly source: GrowingSource
  /** True if the bytes of bodies are needed: a cursor may be a number that only the text holds at full precision. */
  readonly needsBody: boolean
  readonly #follower: Follower
  readonly #keepsBody: boolean

  /** Returns undefined if the options define no follow-up requests. */
  static of(requests: BulkSource, settings: BulkSettings, parts: FollowingParts): Following | undefined {
    const { pages, follow } = settings
    return pages === undefined && follow === undefined ? undefined : new Following(requests, settings, parts)
  }

  private constructor(requests: BulkSource, settings: BulkSettings, { caller, concurrency }: FollowingParts) {
    const { ordered, pages, keepBody } = settings
    const keepsAll = isGrowing(requests)
    const window = (): number => (keepsAll ? Number.POSITIVE_INFINITY : 2 * concurrency.limit)
    this.#follower = createFollower(settings, { prepare: (input) => caller.prepare(input, 0), window })
    this.#keepsBody = keepBody
    this.needsBody = pages?.style.style === 'cursor'
    this.source = keepsAll ? requests : new FollowedSource(requests, ordered && pages !== undefined)
    for (const { item, isDone } of this.source.earlier ?? []) this.#follower.restore(item, isDone)
  }

  /** Returns the item to start with for an item of the source. */
  begin(item: SourceItem, index: number): SourceItem {
    return this.#follower.begin(item, index)
  }

  /** Adds the follow-up items of a result to the source. Returns the result to hand over. */
  settle(position: number, settled: CallResult, item: SourceItem): CallResult {
    const followed = this.#follower.after(settled, item)
    this.source.onFollowed(followed, position)
    const { result } = followed
    if (!result.ok || this.#keepsBody || result.body === undefined) return result
    delete (result as { body?: Uint8Array }).body
    return result
  }
}

function createFollower({ pages, follow }: BulkSettings, parts: PagesFollowerParts): Follower {
  const lists = pages === undefined ? undefined : new PagesFollower(pages, parts)
  if (follow === undefined) return lists!
  return {
    begin: (item, index) => lists?.begin(item, index) ?? item,
    restore: (item, isDone) => lists?.restore(item, isDone),
    after(given, item) {
      const followed: Followed = lists?.after(given, item) ?? { result: given, items: [], pages: [] }
      const { result } = followed
      const page = pageOf(result)
      if (!result.ok || page?.isGiven === false) return followed
      try {
        const next = follow(result, page) ?? []
        if (typeof next[Symbol.iterator] !== 'function')
          throw new TypeError('expected a list of requests, not a promise')
        const items = Array.from(next, (input): SourceItem => ({ ...itemOf(input), state: {} }))
        return { ...followed, items }
      } catch (error) {
        const reason = new SettingsError(`follow: ${messageOf(error)}`, 'SLUICE_BAD_INPUT')
        return { ...followed, result: failureOf(result, reason) }
      }
    },
  }
}
