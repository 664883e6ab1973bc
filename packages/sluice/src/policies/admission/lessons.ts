import { longestTime } from '../../http/told-time.ts'
import type { Lesson } from './shared-limits.ts'

/** A lesson, and when on our clock it was learned. */
interface Learned {
  readonly lesson: Lesson
  readonly at: number
}

/** Partitions of which something is kept, at most. */
const most = 1_000

/** The newest lesson of each kind for each partition. */
export class Lessons {
  readonly #newest = new Map<string, Learned>()

  get isEmpty(): boolean {
    return this.#newest.size === 0
  }

  add(now: number, lesson: Lesson): void {
    const key = `${lesson.kind} ${lesson.partition}`
    this.#newest.delete(key)
    this.#newest.set(key, { lesson, at: now })
    if (this.#newest.size > most) this.#newest.delete(this.#newest.keys().next().value!)
  }

  /** Takes them out, as they are by now; what is over is dropped. */
  take(now: number, partition?: string): Lesson[] {
    const taken: Lesson[] = []
    for (const [key, { lesson, at }] of this.#newest) {
      if (partition !== undefined && lesson.partition !== partition) continue
      this.#newest.delete(key)
      const aged = agedBy(lesson, now - at)
      if (aged !== undefined) taken.push(aged)
    }
    return taken
  }
}

/** No quota is known for longer than a minute by an answer to somebody else. */
const oldestQuota = 60_000

/** The lesson as it is `time` milliseconds later; nothing if it is over. */
export function agedBy(lesson: Lesson, time: number): Lesson | undefined {
  if (lesson.kind === 'quota') {
    return lesson.age + time > oldestQuota ? undefined : { ...lesson, age: lesson.age + time }
  }
  if (lesson.kind === 'breaker' && !lesson.isOpen) return lesson
  return lesson.for > time ? { ...lesson, for: lesson.for - time } : undefined
}

/** The lesson with times that can be meant: what others tell is no more to be trusted than what a server tells. */
export function boundedLesson(lesson: Lesson): Lesson {
  return lesson.kind === 'quota' ? { ...lesson, age: bounded(lesson.age) } : { ...lesson, for: bounded(lesson.for) }
}

function bounded(time: number): number {
  return time >= 0 ? Math.min(time, longestTime) : 0
}
