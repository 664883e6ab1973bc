import { SluiceError } from '../errors/sluice-error.ts'
import { Emitter } from '../events/emitter.ts'
import { Admission } from '../policies/admission/admission.ts'
import type { Gate } from '../policies/admission/gates/gate.ts'
import { Attempt, Call } from '../policies/attempt.ts'
import { defaultTransient, judgeOnce } from '../policies/classify.ts'
import { Costs } from '../policies/costs/costs.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'
import { ManualClock } from './manual-clock.ts'

/** One call in a test of admission. */
export interface Visitor {
  readonly partition: string
  readonly id?: string
  readonly priority?: number
  readonly weight?: number
  readonly deadline?: number
  readonly caller?: string
  readonly maxWait?: number
}

/** When a call was sent. */
export interface Sent {
  readonly id: string
  readonly partition: string
  readonly at: number
  /** When it arrived at the server. */
  seenAt: number
}

export interface WaitingRoomOptions {
  readonly shared?: readonly Gate[]
  readonly own?: (partition: string) => readonly Gate[]
  /** Service time of each call in milliseconds. */
  readonly service: number
  /** Milliseconds until the request of a call leaves, and until it arrives; called for each. @default 0 */
  readonly connect?: (sent: Sent) => number
  readonly way?: (sent: Sent) => number
  readonly maxWaiting?: number
  /** @default a new clock */
  readonly clock?: ManualClock
  /** Clock of admission and its calls, such as one whose timers are late. @default clock */
  readonly ownClock?: Clock
}

/** Admission with real limiters in front of a server with constant service time, on a manual clock. */
export interface WaitingRoom {
  readonly clock: ManualClock
  readonly admission: Admission
  readonly sent: readonly Sent[]
  readonly refused: readonly { readonly id: string; readonly code: string; readonly at: number }[]
  /** Errors of the refused calls. */
  readonly errors: readonly SluiceError[]
  readonly cancelled: number
  readonly mostInFlight: number
  submit(visitors: readonly Visitor[]): Call[]
}

/** `count` calls of one partition. */
export function queueOf(partition: string, count: number): Visitor[] {
  return Array.from({ length: count }, (_, index) => ({ partition, id: `${partition}${index}` }))
}

/** Creates the waiting room. */
export function waitingRoom(options: WaitingRoomOptions): WaitingRoom {
  const clock = options.clock ?? new ManualClock()
  const ownClock = options.ownClock ?? clock
  const admission = new Admission({
    clock: ownClock,
    events: new Emitter(),
    sharedGates: options.shared ?? [],
    partitionGates: options.own ?? (() => []),
    judge: judgeOnce(defaultTransient, () => clock.wallTime()),
    maxWaiting: options.maxWaiting ?? 1_000_000,
    costs: new Costs(undefined, () => undefined),
  })
  const sent: Sent[] = []
  const errors: SluiceError[] = []
  const refused: { id: string; code: string; at: number }[] = []
  const counts = { cancelled: 0, mostInFlight: 0 }
  let arrivals = 0

  const submit = (visitor: Visitor): Call => {
    const call = callOf(visitor, arrivals++, ownClock.now())
    const { id } = call.request
    const attempt = new Attempt(call, 1, ownClock)
    admission
      .run(attempt, async () => {
        const one = { id, partition: visitor.partition, at: clock.now(), seenAt: clock.now() }
        sent.push(one)
        counts.mostInFlight = Math.max(counts.mostInFlight, admission.inFlight)
        const [connect, way] = [options.connect?.(one) ?? 0, options.way?.(one) ?? 0]
        if (connect > 0) await waitFor(clock, connect, call.cancellation)
        attempt.onSent()
        one.seenAt = clock.now() + way
        await waitFor(clock, way + options.service, call.cancellation)
        attempt.onFirstByte()
        return { kind: 'response', response: { status: 200, headers: {}, body: new Uint8Array() } }
      })
      .then((outcome) => {
        if (outcome.kind === 'cancelled') counts.cancelled++
        if (outcome.kind === 'rejected' && outcome.error instanceof SluiceError) {
          errors.push(outcome.error)
          refused.push({ id, code: outcome.error.code, at: clock.now() })
        }
      })
    return call
  }

  return {
    clock,
    admission,
    sent,
    refused,
    errors,
    get cancelled() {
      return counts.cancelled
    },
    get mostInFlight() {
      return counts.mostInFlight
    },
    submit: (visitors) => visitors.map(submit),
  }
}

function callOf(visitor: Visitor, arrival: number, now: number): Call {
  return new Call({
    request: {
      id: visitor.id ?? `${visitor.partition}${arrival}`,
      method: 'GET',
      url: `http://${visitor.partition}.test/`,
      headers: {},
      readAs: 'auto',
      partition: visitor.partition,
      weight: visitor.weight ?? 1,
      priority: visitor.priority ?? 0,
    },
    index: arrival,
    arrival,
    startedAt: now,
    deadlineAt: visitor.deadline === undefined ? Number.POSITIVE_INFINITY : now + visitor.deadline,
    caller: visitor.caller,
    maxWait: visitor.maxWait,
    observer: { onAttempt() {}, onBackoff() {} },
  })
}
