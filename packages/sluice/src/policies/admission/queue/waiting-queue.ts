import { Heap } from '../../../algorithms/heap.ts'
import type { CancelListener } from '../../../time/cancellation.ts'
import type { Attempt } from '../../attempt.ts'
import type { Outcome } from '../../outcome.ts'

/** One attempt that waits to be admitted. */
export class WaitingAttempt implements CancelListener {
  readonly attempt: Attempt
  /** `held back` while back-pressure keeps it out of the queue. */
  state: 'queued' | 'held back' | 'gone' = 'queued'
  readonly #settle: (outcome?: Outcome) => void
  readonly #onCancelled: (waiting: WaitingAttempt, reason: unknown) => void

  constructor(
    attempt: Attempt,
    settle: (outcome?: Outcome) => void,
    onCancelled: (waiting: WaitingAttempt, reason: unknown) => void,
  ) {
    this.attempt = attempt
    this.#settle = settle
    this.#onCancelled = onCancelled
    attempt.call.cancellation.add(this)
    attempt.cancellation.add(this)
  }

  onCancelled(reason: unknown): void {
    this.#onCancelled(this, reason)
  }

  /** Ends the wait, once: without an outcome when admitted. */
  leave(outcome?: Outcome): void {
    this.attempt.call.cancellation.remove(this)
    this.attempt.cancellation.remove(this)
    this.#settle(outcome)
  }
}

/** Waiting attempts by priority, then by first arrival: a retry keeps its place until its call is requeued last. */
export class WaitingQueue {
  readonly #heap = new Heap<WaitingAttempt>(goesBefore)
  /** Entries of the heap that have left already. */
  #gone = 0
  /** Fail-fast attempts that were added; some of them may have left since. */
  #failFast = 0
  /** Last place that was ever taken. */
  #end = 0

  get size(): number {
    return this.#heap.size - this.#gone
  }

  add(waiting: WaitingAttempt): void {
    const { call } = waiting.attempt
    if (call.requeuedLast) call.place = this.#end
    call.requeuedLast = false
    this.#end = Math.max(this.#end, call.place)
    waiting.state = 'queued'
    if (!call.waitsForRecovery) this.#failFast++
    this.#heap.push(waiting)
  }

  first(): WaitingAttempt | undefined {
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.state === 'queued') return first
      this.#heap.pop()
      this.#gone--
    }
    return undefined
  }

  /** First attempt that matches, among `most` that are looked at. */
  find(most: number, matches: (waiting: WaitingAttempt) => boolean): WaitingAttempt | undefined {
    let found: WaitingAttempt | undefined
    let left = most
    for (const waiting of this.#heap.values()) {
      if (left-- === 0) break
      if (waiting.state !== 'queued' || (found !== undefined && !goesBefore(waiting, found))) continue
      if (matches(waiting)) found = waiting
    }
    return found
  }

  /** Takes out the one that `first` returned, to be held back. */
  holdBackFirst(): void {
    const first = this.#heap.pop()
    if (first !== undefined) first.state = 'held back'
  }

  /** Takes out all that do not wait for a failing server. Costs nothing when there are none. */
  takeFailFast(): readonly WaitingAttempt[] {
    if (this.#failFast === 0) return []
    this.#failFast = 0
    const taken: WaitingAttempt[] = []
    this.#heap.retain((waiting) => {
      if (waiting.state !== 'queued') return false
      if (waiting.attempt.call.waitsForRecovery) return true
      waiting.state = 'gone'
      taken.push(waiting)
      return false
    })
    this.#gone = 0
    return taken
  }

  /** Takes out one, wherever it stands. */
  remove(waiting: WaitingAttempt): void {
    const wasQueued = waiting.state === 'queued'
    waiting.state = 'gone'
    if (!wasQueued) return
    if (waiting === this.#heap.peek()) {
      this.#heap.pop()
      return
    }
    this.#gone++
    if (this.#gone > 64 && this.#gone * 2 > this.#heap.size) {
      this.#heap.retain((other) => other.state === 'queued')
      this.#gone = 0
    }
  }
}

function goesBefore(a: WaitingAttempt, b: WaitingAttempt): boolean {
  const [first, second] = [a.attempt.call, b.attempt.call]
  const byPriority = second.request.priority - first.request.priority
  return byPriority === 0 ? first.place < second.place : byPriority < 0
}

/** Outcome of an attempt that was cancelled, or whose call was stopped, before it could wait. */
export function cancelledBefore({ call, cancellation }: Attempt): Outcome | undefined {
  for (const one of [call.cancellation, cancellation]) {
    if (one.cancelled) return { kind: 'cancelled', reason: one.reason }
  }
  return call.stopReason === undefined ? undefined : { kind: 'cancelled', reason: call.stopReason }
}
