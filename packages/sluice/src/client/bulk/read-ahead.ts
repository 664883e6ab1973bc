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
  /** The item as it was read; set if it may have follow-ups. */
  readonly given?: SourceItem | undefined
}

/** Items of one partition. */
interface Share {
  /** Number of calls that have started and not ended. */
  begun: number
  /** Number of started calls that have not got a permit yet. */
  waiting: number
  /** Buffered items that have not started. */
  kept: Heap<ReadItem> | undefined
}

/** Maximum number of started calls queued per partition: enough for a call that is requeued last to let others pass. */
const maxWaiting = 10
/** Maximum number of started calls of one partition that wait between attempts. */
const maxBegun = 1_000
/** Maximum number of buffered characters, in URLs and bodies. */
const maxKept = 64 * 1024 * 1024

/**
 * Buffers the items that were read, and selects those that may start.
 *
 * A started call takes ten times the memory of its request. So each partition has a few calls in its queue, and the
 * rest is buffered as plain requests, ordered by priority, then by input order. Partitions are served round robin.
 */
export class ReadAhead {
  readonly #concurrency: { readonly limit: number }
  readonly #shares = new Map<string, Share>()
  /** Partitions with buffered items and room in their queue. */
  readonly #ready = new Set<Share>()
  #kept = 0

  constructor(concurrency: { readonly limit: number }) {
    this.#concurrency = concurrency
  }

  /** True if a buffered item may start. */
  get hasNext(): boolean {
    return this.#ready.size > 0
  }

  /** True if no items are buffered. */
  get isEmpty(): boolean {
    return this.#kept === 0
  }

  /** True if the buffered items are so large that no more should be read. */
  get isFull(): boolean {
    return this.#kept >= maxKept
  }

  /** Adds an item. Returns true if it may start immediately, and counts it as started; otherwise it is buffered. */
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

  /** Takes the next buffered item that may start, and counts it as started. */
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

  /** Takes the item at this position, if it is buffered, and counts it as started. */
  takeAt(wanted: number): ReadItem | undefined {
    const [item] = this.take(({ position }) => position === wanted)
    if (item !== undefined) countBegun(this.#shares.get(item.request.partition)!)
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

  /** Removes and returns the matching buffered items, in the order of the input. */
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
    return waiting < maxWaiting && begun < maxBegun + this.#concurrency.limit
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
