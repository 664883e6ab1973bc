import { Heap } from '../../../algorithms/heap.ts'
import { type CallerQueue, cameBefore, type Rank } from './caller-queue.ts'
import { Callers } from './callers.ts'
import type { WaitingAttempt } from './waiting-attempt.ts'

/**
 * Waiting attempts by priority, then by turns of their callers, then by first arrival.
 *
 * Turns follow start-time fair queueing: each call uses as many turns of its caller as its weight, the lowest turn goes
 * first, and a new caller starts at the current turn. So a thousand waiting calls of one caller delay a call of another
 * by one call.
 */
export class WaitingQueue {
  readonly #callers = new Callers()
  /** One rank for each caller that has waiting attempts, and some stale ranks. */
  readonly #ranks = new Heap<Rank>(goesBefore)
  /** Number of callers that have waiting attempts. */
  #active = 0
  #size = 0
  /** Upper bound of the fail-fast attempts in the queue: some may have left since. */
  #failFast = 0
  /** Highest place ever taken. */
  #end = 0

  get size(): number {
    return this.#size
  }

  add(waiting: WaitingAttempt): void {
    const { call } = waiting.attempt
    if (call.requeuedLast) call.place = this.#end
    call.requeuedLast = false
    this.#end = Math.max(this.#end, call.place)
    waiting.state = 'queued'
    if (!call.waitsForRecovery) this.#failFast++
    const queue = this.#queueOf(waiting)
    if (queue.size === 0) queue.turn = Math.max(queue.turn, queue.level.now)
    queue.push(waiting)
    this.#size++
    this.#rank(queue)
  }

  first(): WaitingAttempt | undefined {
    for (let rank = this.#ranks.peek(); rank !== undefined; rank = this.#ranks.peek()) {
      if (rank.queue.rank === rank) return rank.first
      this.#ranks.pop()
    }
    return undefined
  }

  /** First attempt that matches, among at most `most` checked. */
  find(most: number, matches: (waiting: WaitingAttempt) => boolean): WaitingAttempt | undefined {
    let found: Rank | undefined
    let left = most
    const look = (rank: Rank): void => {
      left--
      if ((found === undefined || goesBefore(rank, found)) && matches(rank.first)) found = rank
    }
    const ranks = Array.from(this.#ranks.values()).filter((rank) => rank.queue.rank === rank)
    for (const rank of ranks.slice(0, most)) look(rank)
    for (const { queue, turn } of ranks) {
      for (const waiting of queue.values()) {
        if (left <= 0) return found?.first
        if (waiting !== queue.rank?.first) look({ queue, turn, first: waiting })
      }
    }
    return found?.first
  }

  /** Removes the attempt that `first` returned, to hold it back. */
  holdBackFirst(): void {
    const first = this.first()
    if (first !== undefined) this.#leave(this.#queueOf(first), first, 'held back')
  }

  /** Removes all attempts that do not wait for a failing server. Free if there are none. */
  takeFailFast(): readonly WaitingAttempt[] {
    if (this.#failFast === 0) return []
    this.#failFast = 0
    const taken: WaitingAttempt[] = []
    for (const queue of this.#callers.all()) {
      queue.retain((waiting) => {
        if (waiting.attempt.call.waitsForRecovery) return true
        waiting.state = 'gone'
        taken.push(waiting)
        return false
      })
      this.#rank(queue)
    }
    this.#size -= taken.length
    return taken
  }

  /** Removes an attempt that goes: its caller has used a turn. */
  take(waiting: WaitingAttempt): void {
    const queue = this.#queueOf(waiting)
    queue.level.now = Math.max(queue.level.now, queue.turn)
    queue.turn += waiting.attempt.request.weight
    this.#leave(queue, waiting, 'gone')
  }

  /** Removes an attempt at any position. */
  remove(waiting: WaitingAttempt): void {
    if (waiting.state === 'queued') this.#leave(this.#queueOf(waiting), waiting, 'gone')
    waiting.state = 'gone'
  }

  /** Number of attempts that would go before this one if no others joined and all had the same weight. */
  countBefore(waiting: WaitingAttempt): number {
    const own = this.#queueOf(waiting)
    const inOwn = own.countBefore(waiting)
    const rank = { queue: own, turn: own.turn + inOwn, first: waiting }
    let count = inOwn
    for (const queue of this.#callers.all()) {
      if (queue === own || queue.rank === undefined) continue
      const turns = Math.max(0, Math.ceil(rank.turn - queue.turn))
      const last = { ...queue.rank, turn: queue.turn + turns }
      const most = queue.level === own.level ? turns + (goesBefore(last, rank) ? 1 : 0) : queue.size
      if (queue.level.priority >= own.level.priority) count += Math.min(queue.size, most)
    }
    return count
  }

  #queueOf({ attempt: { call } }: WaitingAttempt): CallerQueue {
    return this.#callers.queue(call.request.priority, call.caller ?? '')
  }

  #leave(queue: CallerQueue, waiting: WaitingAttempt, state: WaitingAttempt['state']): void {
    waiting.state = state
    queue.onGone(waiting)
    this.#size--
    this.#rank(queue)
  }

  /** Ranks a caller by its current first attempt. */
  #rank(queue: CallerQueue): void {
    const first = queue.first()
    const { rank, turn } = queue
    if (first === rank?.first && turn === rank?.turn) return
    if (rank === undefined) this.#active++
    queue.rank = first && { queue, first, turn }
    if (queue.rank === undefined) this.#active--
    else this.#ranks.push(queue.rank)
    if (this.#ranks.size > 64 && this.#ranks.size > this.#active * 2) {
      this.#ranks.retain((other) => other.queue.rank === other)
    }
  }
}

function goesBefore(a: Rank, b: Rank): boolean {
  if (a.queue.level !== b.queue.level) return a.queue.level.priority > b.queue.level.priority
  return a.turn === b.turn ? cameBefore(a.first, b.first) : a.turn < b.turn
}
