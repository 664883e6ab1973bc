import type { ApiRequest } from '../../http/request.ts'
import { type RejectedError, WouldMissDeadlineError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Gate } from './gate.ts'
import type { Partition } from './partition.ts'
import type { Waiting } from './waiting.ts'

/** What all gates together say. */
export type JointAnswer =
  | { readonly kind: 'go' }
  /** `gate` is the first that does not let go; `until` is when all may, if all know. */
  | {
      readonly kind: 'wait'
      readonly gate: string
      readonly until: number | undefined
      readonly refusal: RejectedError | undefined
      /** Whether nothing holds it but what is for a part of the API. */
      readonly isForPart: boolean
    }
  | { readonly kind: 'no'; readonly error: RejectedError }

const allGo: JointAnswer = { kind: 'go' }

/** Asks every gate, and takes none. The order of the gates decides only which one is named as the reason. */
export function askTogether(gates: readonly Gate[], now: number, weight: number, request?: ApiRequest): JointAnswer {
  let reason: string | undefined
  let refusal: RejectedError | undefined
  let until: number | undefined = now
  let isForPart = true
  for (const gate of gates) {
    const answer = gate.ask(now, weight, request)
    if (answer.kind === 'go') continue
    if (answer.kind === 'no') return answer
    reason ??= gate.name
    refusal ??= answer.refusal
    isForPart &&= answer.isForPart === true
    until = until === undefined || answer.until === undefined ? undefined : Math.max(until, answer.until)
  }
  return reason === undefined ? allGo : { kind: 'wait', gate: reason, until, refusal, isForPart }
}

/** Behind one that is held for its part of the API, so many are asked. */
const askedBehind = 100

/**
 * Whose turn it is while a quota for a part of the API holds the first of a line, of which `answer` tells: the next behind it
 * that may go, or else the first, until somebody may.
 */
export function askBehind(
  { gates, line }: Partition,
  first: Waiting,
  answer: JointAnswer & { readonly kind: 'wait' },
  now: number,
): { readonly waiting: Waiting; readonly answer: JointAnswer } {
  let { until } = answer
  const next = line.find(askedBehind, ({ attempt: { call, request } }) => {
    if (call.outlet?.isOpen === false) return false
    const other = askTogether(gates, now, request.weight, request)
    if (other.kind === 'wait' && other.until !== undefined && until !== undefined) until = Math.min(until, other.until)
    return other.kind === 'go'
  })
  return next === undefined ? { waiting: first, answer: { ...answer, until } } : { waiting: next, answer: allGo }
}

/** Whether all let go, and something that nobody waits for too. */
export function haveSpare(gates: readonly Gate[], now: number, request: ApiRequest): boolean {
  return gates.every((gate) => gate.ask(now, request.weight, request).kind === 'go' && gate.hasSpare?.(now) !== false)
}

/** Whoever can only go after the deadline is told so at once. */
export function refusalOf(answer: JointAnswer, deadlineAt: number): Outcome | undefined {
  if (answer.kind === 'no') return { kind: 'rejected', error: answer.error }
  if (answer.kind === 'go' || answer.until === undefined || answer.until <= deadlineAt) return undefined
  return { kind: 'rejected', error: new WouldMissDeadlineError(answer.gate, answer.until - deadlineAt) }
}
