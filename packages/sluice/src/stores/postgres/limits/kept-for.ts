import type { Lesson } from '../../../policies/admission/shared-limits.ts'

/** Those who join later hear of it for so long, in milliseconds. */
const keptQuota = 10_000
const keptClosing = 5_000
const longestKept = 86_400_000

/** For how many milliseconds a lesson is worth keeping. */
export function keptFor(lesson: Lesson): number {
  if (lesson.kind === 'quota') return keptQuota
  if (lesson.kind === 'breaker' && !lesson.isOpen) return keptClosing
  return Math.min(longestKept, lesson.for)
}
