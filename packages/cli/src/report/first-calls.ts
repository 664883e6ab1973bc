import type { RunBar } from '@sluice/report'

/** More bars than this are no picture any more. */
const mostCalls = 200

/** The calls that began first, whatever the order in which they come to their end. */
export class FirstCalls {
  #calls: RunBar[] = []
  /** A call that began later is not among the first. */
  #latest = Number.POSITIVE_INFINITY

  /** Whether a call that began then may be among them: most need not be drawn up at all. */
  wants(startMs: number): boolean {
    return startMs <= this.#latest
  }

  add(call: RunBar): void {
    if (!this.wants(call.startMs)) return
    this.#calls.push(call)
    if (this.#calls.length < 2 * mostCalls) return
    this.#calls = this.list()
    this.#latest = this.#calls.at(-1)!.startMs
  }

  /** In the order in which they began. */
  list(): RunBar[] {
    return this.#calls.toSorted((a, b) => a.startMs - b.startMs || a.index - b.index).slice(0, mostCalls)
  }
}
