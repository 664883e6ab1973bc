import type { RejectedError } from '../errors.ts'
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
export function askTogether(gates: readonly Gate[], now: number, weight: number): JointAnswer {
  let reason: string | undefined
  let refusal: RejectedError | undefined
  let until: number | undefined = now
  for (const gate of gates) {
    const answer = gate.ask(now, weight)
    if (answer.kind === 'go') continue
    if (answer.kind === 'no') return answer
    reason ??= gate.name
    refusal ??= answer.refusal
    until = until === undefined || answer.until === undefined ? undefined : Math.max(until, answer.until)
  }
  return reason === undefined ? allGo : { kind: 'wait', gate: reason, until, refusal }
}
