import type { ApiRequest } from '../../../http/request.ts'
import type { RejectedError } from '../../errors.ts'
import type { Gate } from '../gates/gate.ts'
import type { Partition } from './partitions.ts'
import type { WaitingAttempt } from './waiting-attempt.ts'
import type { WaitingQueue } from './waiting-queue.ts'

/** Combined answer of several gates. */
export type JointAnswer =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'wait'
      /** First gate that answers wait. */
      readonly gate: string
      /** Moment at which all gates may open; undefined if a gate does not know. */
      readonly until: number | undefined
      /** True if a settling call may open one of the gates before that. */
      readonly mayOpenSooner: boolean
      readonly refusal: RejectedError | undefined
      /** True if only quotas for a part of the API hold the call. */
      readonly isForPart: boolean
    }
  | { readonly kind: 'no'; readonly error: RejectedError }

const allGo: JointAnswer = { kind: 'go' }

/** Asks every gate and takes from none. The order of the gates only decides which one is reported as the reason. */
export function askTogether(gates: readonly Gate[], now: number, weight: number, request?: ApiRequest): JointAnswer {
  let reason: string | undefined
  let refusal: RejectedError | undefined
  let until: number | undefined = now
  let isForPart = true
  let mayOpenSooner = false
  for (const gate of gates) {
    const answer = gate.ask(now, weight, request)
    if (answer.kind === 'go') continue
    if (answer.kind === 'no') return answer
    reason ??= gate.name
    refusal ??= answer.refusal
    mayOpenSooner ||= answer.mayOpenSooner === true
    isForPart &&= answer.isForPart === true
    until = until === undefined || answer.until === undefined ? undefined : Math.max(until, answer.until)
  }
  return reason === undefined ? allGo : { kind: 'wait', gate: reason, until, mayOpenSooner, refusal, isForPart }
}

/** Maximum number of attempts checked behind one that waits for its part of the API. */
const maxLookedAt = 100

/** Attempt that may go next, with its answer. `isShared` if all gates of its own partition answer go. */
export interface NextAttempt {
  readonly waiting: WaitingAttempt
  readonly answer: JointAnswer
  readonly isShared: boolean
}

/** Asks for the first attempt of a queue. If it waits only for its part of the API, asks for one behind it. */
export function askFirst(
  partition: Partition,
  first: WaitingAttempt,
  sharedGates: readonly Gate[],
  now: number,
): NextAttempt {
  let waiting = first
  let own = askTogether(partition.gates, now, first.attempt.request.weight, first.attempt.request)
  partition.isHeldInPart = own.kind === 'wait' && own.isForPart
  if (own.kind === 'wait' && own.isForPart) ({ waiting, answer: own } = askBehind(partition, first, own, now))
  if (own.kind !== 'go') return { waiting, answer: own, isShared: false }
  return {
    waiting,
    answer: askTogether(sharedGates, now, waiting.attempt.request.weight, waiting.attempt.request),
    isShared: true,
  }
}

function askBehind(
  { gates, queue }: Partition,
  first: WaitingAttempt,
  answer: JointAnswer & { readonly kind: 'wait' },
  now: number,
): { readonly waiting: WaitingAttempt; readonly answer: JointAnswer } {
  let { until } = answer
  const next = queue.find(maxLookedAt, ({ attempt: { call, request } }) => {
    if (call.heldBackBy(request) !== undefined) return false
    const other = askTogether(gates, now, request.weight, request)
    if (other.kind === 'wait' && other.until !== undefined && until !== undefined) until = Math.min(until, other.until)
    return other.kind === 'go'
  })
  return next === undefined ? { waiting: first, answer: { ...answer, until } } : { waiting: next, answer: allGo }
}

/** True if all gates answer go and have capacity that no waiting call needs. */
export function haveSpare(gates: readonly Gate[], now: number, request: ApiRequest): boolean {
  return gates.every((gate) => gate.ask(now, request.weight, request).kind === 'go' && gate.hasSpare?.(now) !== false)
}

/** Lets gates prefetch for a call that only they hold up, without any limits over all partitions. */
export function prefetchOf(gates: readonly Gate[], now: number, request: ApiRequest, waiting: number): void {
  prefetch({ gates, queue: { size: waiting } }, [], now, request, 0)
}

/**
 * Lets gates of shared limits prefetch for a call that only they hold up: permits that are fetched and not used are
 * lost to all processes. Places come first: they last until used, permits do not.
 */
export function prefetch(
  { gates, queue }: { readonly gates: readonly Gate[]; readonly queue: Pick<WaitingQueue, 'size'> },
  shared: readonly Gate[],
  now: number,
  request: ApiRequest,
  waiting: number,
): void {
  if (gates.some(doesPrefetch) || shared.some(doesPrefetch))
    prefetchNow({ gates, queue }, shared, now, request, waiting)
}

function prefetchNow(
  { gates, queue }: { readonly gates: readonly Gate[]; readonly queue: Pick<WaitingQueue, 'size'> },
  shared: readonly Gate[],
  now: number,
  request: ApiRequest,
  waiting: number,
): void {
  const all = [...gates, ...shared]
  const { weight } = request
  const isHeldBy = (kind: Gate['prefetches']): boolean =>
    all.some((gate) => gate.prefetches === kind && gate.ask(now, weight, request).kind !== 'go')
  if (isHeldBy(undefined)) return
  const kind = isHeldBy('places') ? 'places' : 'permits'
  for (const gate of gates) if (gate.prefetches === kind) gate.prefetch?.(now, weight, queue.size, request)
  for (const gate of shared) if (gate.prefetches === kind) gate.prefetch?.(now, weight, waiting, request)
}

/** True for a gate of shared limits, which fetches its capacity. */
function doesPrefetch({ prefetches }: Gate): boolean {
  return prefetches !== undefined
}

/** Shared limits that keep a partition from fetching its permits. The partition is asked again when they open. */
export function heldByShared(
  { gates }: Partition,
  sharedGates: readonly Gate[],
  answer: JointAnswer & { readonly kind: 'wait' },
  { attempt: { request } }: WaitingAttempt,
  now: number,
): (JointAnswer & { readonly kind: 'wait' }) | undefined {
  if (answer.until !== undefined || !gates.some(doesPrefetch)) return undefined
  const shared = askTogether(sharedGates, now, request.weight, request)
  return shared.kind === 'wait' ? shared : undefined
}
