import { BoundedMap } from '../../../algorithms/bounded-map.ts'
import { longestTime } from '../../../http/stated-time.ts'
import type { SharedSignal } from './shared-limits.ts'

/** Maximum number of signals stored. */
const maxKept = 1_000

/** Newest signal of each kind for each partition. */
export class SignalBuffer {
  readonly #newest = new BoundedMap<string, { readonly signal: SharedSignal; readonly at: number }>(maxKept)

  get isEmpty(): boolean {
    return this.#newest.size === 0
  }

  add(now: number, signal: SharedSignal): void {
    this.#newest.set(`${signal.kind} ${signal.partition}`, { signal, at: now })
  }

  /** Removes and returns all signals, or those of one partition, aged until now. Expired ones are dropped. */
  take(now: number, partition?: string): SharedSignal[] {
    const taken: SharedSignal[] = []
    for (const [key, { signal, at }] of this.#newest) {
      if (partition !== undefined && signal.partition !== partition) continue
      this.#newest.delete(key)
      const aged = agedBy(signal, now - at)
      if (aged !== undefined) taken.push(aged)
    }
    return taken
  }
}

/** Age in ms above which a quota reported by another process is no longer used. */
const oldestQuota = 60_000

/** Signal after `time` ms; undefined if it has expired. */
export function agedBy(signal: SharedSignal, time: number): SharedSignal | undefined {
  if (signal.kind === 'quota') {
    return signal.age + time > oldestQuota ? undefined : { ...signal, age: signal.age + time }
  }
  if (signal.kind === 'breaker' && !signal.isOpen) return signal
  return signal.for > time ? { ...signal, for: signal.for - time } : undefined
}

/** Signal with its times bounded: other processes are trusted no more than a server. */
export function boundedSignal(signal: SharedSignal): SharedSignal {
  return signal.kind === 'quota' ? { ...signal, age: bounded(signal.age) } : { ...signal, for: bounded(signal.for) }
}

function bounded(time: number): number {
  return time >= 0 ? Math.min(time, longestTime) : 0
}
