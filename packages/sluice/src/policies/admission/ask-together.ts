import type { ApiRequest } from '../../http/request.ts'
import { type RejectedError, WouldMissDeadlineError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Gate } from './gate.ts'

/** What all gates together say. */
export type JointAnswer =
  | { readonly kind: 'go' }
  /** `gate` is the first that does not let go; `until` is when all may, if all know. */
  | {
      readonly kind: 'wait'
      readonly gate: string
      readonly until: number | undefined
      readonly refusal: RejectedError | undefined
    }
  | { readonly kind: 'no'; readonly error: RejectedError }

const allGo: JointAnswer = { kind: 'go' }

/** Asks every gate, and takes none. The order of the gates decides only which one is named as the reason. */
export function askTogether(gates: readonly Gate[], now: number, weight: number, request?: ApiRequest): JointAnswer {
  let reason: string | undefined
  let refusal: RejectedError | undefined
  let until: number | undefined = now
  for (const gate of gates) {
    const answer = gate.ask(now, weight, request)
    if (answer.kind === 'go') continue
    if (answer.kind === 'no') return answer
    reason ??= gate.name
    refusal ??= answer.refusal
    until = until === undefined || answer.until === undefined ? undefined : Math.max(until, answer.until)
  }
  return reason === undefined ? allGo : { kind: 'wait', gate: reason, until, refusal }
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
