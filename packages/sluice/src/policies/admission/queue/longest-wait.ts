import type { Clock } from '../../../time/clock.ts'
import { QueueTimeoutError, WouldMissDeadlineError } from '../../errors.ts'
import type { Outcome } from '../../outcome.ts'
import type { JointAnswer } from './ask-together.ts'
import type { Partition } from './partitions.ts'
import type { WaitingAttempt } from './waiting-attempt.ts'

/** Rejection of a call that could go only after its deadline or its maximum wait; undefined if neither applies. */
export function refusalOf(
  answer: JointAnswer,
  { attempt: { call }, leaveAt }: WaitingAttempt,
  clock: Clock,
): Outcome | undefined {
  if (answer.kind === 'no') return { kind: 'rejected', error: answer.error }
  if (answer.kind === 'go' || answer.until === undefined || answer.mayOpenSooner) return undefined
  const { gate, until } = answer
  if (until > call.deadlineAt)
    return { kind: 'rejected', error: new WouldMissDeadlineError(gate, until - call.deadlineAt) }
  if (until <= leaveAt) return undefined
  const retryAt = clock.wallTime() + until - clock.now()
  return { kind: 'rejected', error: new QueueTimeoutError(call.maxWait, 0, retryAt, gate) }
}

/** Rejects the attempt if it is still queued when its maximum wait ends. */
export function limitWait({ queue, pace, reason }: Partition, waiting: WaitingAttempt, clock: Clock): void {
  if (waiting.state === 'gone') return
  waiting.timer = clock.timer(Math.max(0, waiting.leaveAt - clock.now()), () => {
    const before = queue.countBefore(waiting)
    const time = pace.timeFor(before + 1, clock.now())
    const retryAt = time === undefined ? undefined : clock.wallTime() + time
    const { maxWait } = waiting.attempt.call
    waiting.remove({ kind: 'rejected', error: new QueueTimeoutError(maxWait, before, retryAt, reason.gate) })
  })
}
