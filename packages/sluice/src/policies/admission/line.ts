import { Heap } from '../../algorithms/heap.ts'
import type { Waiting } from './waiting.ts'

/** Those who wait: by priority, then by first arrival, so that a retry keeps its place until it is sent to the end. */
export class Line {
  readonly #heap = new Heap<Waiting>(goesBefore)
  /** How many in the heap have gone already. */
  #gone = 0
  /** How many have been added that do not wait for a server that is down; some of them may have left since. */
  #impatient = 0
  /** The hindmost place that was ever taken. */
  #end = 0

  get size(): number {
    return this.#heap.size - this.#gone
  }

  add(waiting: Waiting): void {
    const { call } = waiting.attempt
    if (call.goesToEnd) call.place = this.#end
    call.goesToEnd = false
    this.#end = Math.max(this.#end, call.place)
    waiting.place = 'in line'
    if (!call.isPatient) this.#impatient++
    this.#heap.push(waiting)
  }

  first(): Waiting | undefined {
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.place === 'in line') return first
      this.#heap.pop()
      this.#gone--
    }
    return undefined
  }

  /** The foremost of those that `isMeant`, of the first `most` that are looked at. */
  find(most: number, isMeant: (waiting: Waiting) => boolean): Waiting | undefined {
    let found: Waiting | undefined
    let left = most
    for (const waiting of this.#heap.values()) {
      if (left-- === 0) break
      if (waiting.place !== 'in line' || (found !== undefined && !goesBefore(waiting, found))) continue
      if (isMeant(waiting)) found = waiting
    }
    return found
  }

  /** Takes out the one that `first` gave. */
  removeFirst(place: 'aside' | 'gone'): void {
    const first = this.#heap.pop()
    if (first !== undefined) first.place = place
  }

  /** Takes out all single calls. Costs nothing when there are none. */
  takeImpatient(): readonly Waiting[] {
    if (this.#impatient === 0) return []
    this.#impatient = 0
    const taken: Waiting[] = []
    this.#heap.retain((waiting) => {
      if (waiting.place !== 'in line') return false
      if (waiting.attempt.call.isPatient) return true
      waiting.place = 'gone'
      taken.push(waiting)
      return false
    })
    this.#gone = 0
    return taken
  }

  /** Takes out one that stands anywhere. */
  remove(waiting: Waiting): void {
    const wasInLine = waiting.place === 'in line'
    waiting.place = 'gone'
    if (!wasInLine) return
    if (waiting === this.#heap.peek()) {
      this.#heap.pop()
      return
    }
    this.#gone++
    if (this.#gone > 64 && this.#gone * 2 > this.#heap.size) {
      this.#heap.retain((other) => other.place === 'in line')
      this.#gone = 0
    }
  }
}

function goesBefore(a: Waiting, b: Waiting): boolean {
  const [first, second] = [a.attempt.call, b.attempt.call]
  const byPriority = second.request.priority - first.request.priority
  return byPriority === 0 ? first.place < second.place : byPriority < 0
}
