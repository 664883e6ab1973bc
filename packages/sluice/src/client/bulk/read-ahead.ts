import { Heap } from '../../algorithms/heap.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { SourceItem } from './source.ts'

/** An item that was read. */
export interface ReadItem {
  /** Position in the source, from 0. */
  readonly position: number
  /** Index of its result. */
  readonly index: number
  readonly request: ApiRequest
  /** The item as it was read, if something may follow from it. */
  readonly given?: SourceItem | undefined
}

/** Items of one partition. */
interface Share {
  /** Calls that were begun and have not ended. */
  begun: number
  /** Begun calls that never got a permit. */
  waiting: number
  /** Not begun. */
  kept: Heap<ReadItem> | undefined
}

/** Maximum of begun calls in the queue of one partition: enough for a call that is requeued last to let others pass. */
const mostWaiting = 10
/** Maximum of begun calls of one partition that wait between their attempts. */
const mostBegun = 1_000
/** Maximum of kept characters, in URLs and bodies. */
const mostKept = 64 * 1024 * 1024

/**
 * The items that were read, and the choice of those that may begin.
 *
 * A call that is begun takes ten times the memory of its request. So each partition has a few in its line, and of the
 * rest only the requests are kept: in the order of their priority, then of the input. Partitions take turns.
 */
export class ReadAhead {
  readonly #concurrency: { readonly limit: number }
  readonly #shares = new Map<string, Share>()
  /** Partitions with kept items and room in their queue. */
  readonly #ready = new Set<Share>()
  #kept = 0

  constructor(concurrency: { readonly limit: number }) {
    this.#concurrency = concurrency
  }

  /** True if a kept item may begin. */
  get hasNext(): boolean {
    return this.#ready.size > 0
  }

  /** True if nothing is kept. */
  get isEmpty(): boolean {
    return this.#kept === 0
  }

  /** True if the kept items are so large that no more should be read. */
  get isFull(): boolean {
    return this.#kept >= mostKept
  }

  /** Adds an item. True if it may begin at once, and counts as begun; otherwise it is kept. */
  add(item: ReadItem): boolean {
    const { partition } = item.request
    let share = this.#shares.get(partition)
    if (share === undefined) {
      share = { begun: 0, waiting: 0, kept: undefined }
      this.#shares.set(partition, share)
    }
    if (share.kept === undefined && this.#hasRoom(share)) {
      countBegun(share)
      return true
    }
    share.kept ??= new Heap(goesBefore)
    share.kept.push(item)
    this.#kept += sizeOf(item)
    this.#sort(share)
    return false
  }

  /** Takes the next kept item that may begin, and counts it as begun. */
  next(): ReadItem | undefined {
    const share: Share | undefined = this.#ready.values().next().value
    const item = share?.kept?.pop()
    if (share === undefined || item === undefined) return undefined
    if (share.kept?.size === 0) share.kept = undefined
    this.#kept -= sizeOf(item)
    countBegun(share)
    this.#ready.delete(share)
    this.#sort(share)
    return item
  }

  /** Called when a call gets its first permit. */
  onAdmitted(partition: string): void {
    const share = this.#shares.get(partition)!
    share.waiting--
    this.#sort(share)
  }

  onEnded(partition: string, wasAdmitted: boolean): void {
    const share = this.#shares.get(partition)!
    share.begun--
    if (!wasAdmitted) share.waiting--
    this.#sort(share)
    if (share.begun === 0 && share.kept === undefined) this.#shares.delete(partition)
  }

  /** Takes the kept items that are wanted, in the order of the input. */
  take(isWanted: (item: ReadItem) => boolean): ReadItem[] {
    const items: ReadItem[] = []
    for (const share of this.#shares.values()) {
      share.kept?.retain((item) => {
        if (!isWanted(item)) return true
        items.push(item)
        this.#kept -= sizeOf(item)
        return false
      })
      if (share.kept?.size === 0) share.kept = undefined
      this.#sort(share)
    }
    return items.sort((a, b) => a.position - b.position)
  }

  #hasRoom({ waiting, begun }: Share): boolean {
    return waiting < mostWaiting && begun < mostBegun + this.#concurrency.limit
  }

  #sort(share: Share): void {
    if (share.kept !== undefined && this.#hasRoom(share)) this.#ready.add(share)
    else this.#ready.delete(share)
  }
}

function countBegun(share: Share): void {
  share.begun++
  share.waiting++
}

function goesBefore(a: ReadItem, b: ReadItem): boolean {
  const byPriority = b.request.priority - a.request.priority
  return byPriority === 0 ? a.position < b.position : byPriority < 0
}

function sizeOf({ request: { url, body } }: ReadItem): number {
  return url.length + (body === undefined || typeof body === 'function' ? 0 : body.length)
}
