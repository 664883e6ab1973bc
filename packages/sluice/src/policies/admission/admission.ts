import type { ApiRequest } from '../../http/request.ts'
import type { Attempt, BackPressure } from '../attempt.ts'
import type { Costs } from '../costs/costs.ts'
import { QueueFullError, type RejectedError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import type { Gate } from './gates/gate.ts'
import { askFirst, askTogether, haveSpare, heldByShared, type JointAnswer, prefetch } from './queue/ask-together.ts'
import { limitWait, refusalOf } from './queue/longest-wait.ts'
import { Partition, type PartitionSettings, Partitions } from './queue/partitions.ts'
import { Demand, RoundRobin, WakeTimer } from './queue/round-robin.ts'
import { WaitLedger, WaitReason } from './queue/wait-ledger.ts'
import { cancelledBefore, thrown, WaitingAttempt } from './queue/waiting-attempt.ts'
import type { SharedSignal } from './sharing/shared-limits.ts'

export interface AdmissionSettings extends PartitionSettings {
  /** Limits over all partitions together. The first one that waits is reported as the reason. */
  readonly sharedGates: readonly Gate[]
  /** Maximum number of waiting calls; further calls are refused. */
  readonly maxWaiting: number
  readonly costs: Costs
}

/**
 * Admits a call when all its limits allow it at the same moment, and takes from all of them at that moment.
 *
 * Each partition has a queue, and queues are served round robin: a partition that must wait does not hold up the
 * others. A single timer fires at the earliest moment at which a queue may continue.
 */
export class Admission implements Policy {
  readonly name = 'admission'
  readonly #settings: AdmissionSettings
  readonly #partitions: Partitions
  readonly #ready = new RoundRobin()
  readonly #waits = new WaitLedger()
  readonly #sharedReason: WaitReason
  readonly #demand = new Demand()
  readonly #timer: WakeTimer
  /** Attempts not yet admitted. */
  waiting = 0
  /** Attempts that hold a permit. */
  inFlight = 0
  #sharedWakesAt = Number.POSITIVE_INFINITY
  #isAdmitting = false

  constructor(settings: AdmissionSettings) {
    const { clock, events } = settings
    this.#settings = settings
    this.#timer = new WakeTimer(clock, () => this.#admit(clock.now()))
    this.#sharedReason = new WaitReason(this.#waits, events)
    this.#partitions = new Partitions((name) => new Partition(name, settings, this.#waits))
  }

  /** Number of waiting attempts in one partition, or in all. */
  waitingIn(name?: string): number {
    return name === undefined ? this.waiting : (this.#partitions.known(name)?.queue.size ?? 0)
  }

  /** True if a further call may start soon: those waiting, if any, are held only by limits of their own partition. */
  get wantsMore(): boolean {
    return this.waiting === 0 || (this.#ready.isEmpty && this.#askShared(this.#settings.clock.now(), 1).kind === 'go')
  }

  /** True if another attempt at this request would start immediately and delay no other call. */
  hasSpareFor(request: ApiRequest): boolean {
    if (this.waiting > 0) return false
    const now = this.#settings.clock.now()
    const { gates } = this.#partitions.get(request.partition, now)
    return haveSpare(gates, now, request) && haveSpare(this.#settings.sharedGates, now, request)
  }

  /** Registers `listener`, called when more calls may be wanted. Returns a function that removes it. */
  onWantsMore(listener: () => void): () => void {
    return this.#demand.add(listener)
  }

  /** Total ms during which at least one call of a queue waited, by the gate it waited for. */
  waits(): ReadonlyMap<string, number> {
    const now = this.#settings.clock.now()
    this.#sharedReason.flush(now)
    for (const partition of this.#partitions.all()) partition.reason.flush(now)
    return this.#waits.totals
  }

  /** Names of the gates that hold up calls now. */
  heldBy(): ReadonlySet<string> {
    const gates = [this.#sharedReason.gate, ...Array.from(this.#partitions.all(), ({ reason }) => reason.gate)]
    return new Set(gates.filter((gate) => gate !== undefined))
  }

  async run(attempt: Attempt, next: Next): Promise<Outcome> {
    const { clock } = this.#settings
    const enteredAt = clock.now()
    const partition = this.#partitions.get(attempt.request.partition, enteredAt)
    const refused = await this.#enter(partition, attempt, enteredAt)
    const admittedAt = refused === undefined ? attempt.call.permitAt : clock.now()
    attempt.queued += admittedAt - enteredAt
    attempt.call.queued += admittedAt - enteredAt
    if (refused !== undefined) return refused
    attempt.headListener = partition
    attempt.onAdmitted(admittedAt)
    let outcome = thrown
    try {
      outcome = await next(attempt)
      return outcome
    } finally {
      this.#settle(partition, attempt, outcome, admittedAt)
    }
  }

  /** Checks all queues again, or that of one partition. Needed only after a gate was changed from outside. */
  wake(name?: string): void {
    for (const partition of this.#partitions.all(name)) if (partition.queue.size > 0) this.#ready.add(partition)
    this.#admit(this.#settings.clock.now())
  }

  /** Partitions known now. */
  get partitions(): Iterable<Partition> {
    return this.#partitions.all()
  }

  /** Passes a signal of another process to its partition. Returns false if there is no such partition. */
  receive(signal: SharedSignal, name: string = signal.partition): boolean {
    const partition = this.#partitions.known(name)
    if (partition === undefined) return false
    for (const gate of partition.gates) gate.receive?.(this.#settings.clock.now(), signal)
    this.wake(name)
    return true
  }

  /** Cancels the timer. Calls that still wait are cancelled by the client. */
  close(): void {
    this.#timer.cancel()
    this.#demand.clear()
  }

  /** Resolves with undefined when the attempt is admitted, otherwise with its outcome. */
  #enter(partition: Partition, attempt: Attempt, now: number): Promise<Outcome | undefined> {
    const { maxWaiting, clock } = this.#settings
    const cancelled = cancelledBefore(attempt)
    if (cancelled !== undefined) return Promise.resolve(cancelled)
    if (this.waiting >= maxWaiting) return Promise.resolve({ kind: 'rejected', error: new QueueFullError(maxWaiting) })
    return new Promise((resolve) => {
      const waiting = new WaitingAttempt(attempt, now, resolve, this.#removeWaiting)
      this.waiting++
      this.#enqueue(partition, waiting, now)
      if (waiting.leaveAt !== Number.POSITIVE_INFINITY) limitWait(partition, waiting, clock)
    })
  }

  readonly #removeWaiting = (waiting: WaitingAttempt, outcome: Outcome): void => {
    const now = this.#settings.clock.now()
    const partition = this.#partitions.get(waiting.attempt.request.partition, now)
    if (waiting.state === 'held back') partition.heldBack--
    partition.queue.remove(waiting)
    this.#leave(waiting, outcome)
    this.#ready.add(partition)
    this.#admit(now)
  }

  #leave(waiting: WaitingAttempt, outcome?: Outcome): void {
    this.waiting--
    waiting.leave(outcome)
  }

  #enqueue(partition: Partition, waiting: WaitingAttempt, now: number): void {
    partition.queue.add(waiting)
    // A sleeping queue needs another check only if it has a new first call, which may weigh less.
    const mayGoFirst = !waiting.attempt.call.waitsForRecovery || partition.isHeldInPart
    if (partition.wakesAt !== undefined && partition.queue.first() !== waiting && !mayGoFirst) return
    this.#ready.add(partition)
    this.#admit(now)
  }

  #settle(partition: Partition, attempt: Attempt, outcome: Outcome, admittedAt: number): void {
    const now = this.#settings.clock.now()
    attempt.duration += now - admittedAt
    attempt.onEnded()
    attempt.call.onPermitReleased()
    partition.inFlight--
    this.inFlight--
    const { verdict, retryAfter, isForAll } = this.#settings.judge(outcome)
    this.#settings.costs.settle(attempt, outcome, verdict)
    attempt.call.spending?.settle(attempt)
    const settled = { attempt, outcome, verdict, retryAfter, isForAll, weight: attempt.request.weight, admittedAt }
    for (const gate of partition.gates) gate.settle(now, settled)
    for (const gate of this.#settings.sharedGates) gate.settle(now, settled)
    this.#ready.add(partition)
    this.#admit(now)
  }

  /** Admits calls round robin until each queue is empty or must wait, or the shared limits are closed. */
  #admit(now: number): void {
    if (this.#isAdmitting) return
    this.#isAdmitting = true
    try {
      this.#ready.wake(now)
      this.#sharedWakesAt = Number.POSITIVE_INFINITY
      let goesOn = true
      while (goesOn && !this.#ready.isEmpty) goesOn = this.#askFront(this.#ready.front()!, now)
      if (this.#ready.isEmpty) this.#sharedReason.set(undefined, now)
    } finally {
      this.#isAdmitting = false
    }
    this.#timer.set(Math.min(this.#sharedWakesAt, this.#ready.nextWakeAt, this.#moreWantedAt(now)), now)
    if (!this.#demand.isEmpty) this.#demand.ask(this.#isMoreWanted, this.#calls)
  }

  /**
   * Moment at which to request more calls from runs: when the shared limits open again, if every queue sleeps for
   * limits of its own and no call waits for that moment.
   */
  #moreWantedAt(now: number): number {
    if (this.#demand.isEmpty || this.waiting === 0 || !this.#ready.isEmpty) return Number.POSITIVE_INFINITY
    const shared = this.#askShared(now, 1)
    return (shared.kind === 'wait' ? shared.until : undefined) ?? Number.POSITIVE_INFINITY
  }

  /** Asks the gates about the queue at the front. Returns false if the shared limits are closed. */
  #askFront(partition: Partition, now: number): boolean {
    const first = partition.queue.first()
    if (first === undefined) {
      partition.reason.set(undefined, now)
      this.#ready.putFrontToSleep(undefined)
      return true
    }
    const holder = first.attempt.call.heldBackBy(first.attempt.request)
    if (holder !== undefined) {
      this.#holdBack(partition, first, holder)
      return true
    }
    const { sharedGates, clock } = this.#settings
    const { waiting, answer, isShared } = askFirst(partition, first, sharedGates, now)
    if (answer.kind === 'go') {
      this.#take(partition, waiting, now)
      return true
    }
    const refusal = refusalOf(answer, waiting, clock)
    if (refusal !== undefined) {
      partition.queue.remove(waiting)
      this.#leave(waiting, refusal)
    }
    if (refusal !== undefined || answer.kind === 'no') return true
    if (answer.refusal !== undefined && this.#refuseFailFast(partition, answer.refusal)) return true
    prefetch(partition, sharedGates, now, waiting.attempt.request, this.waiting)
    const closed = isShared ? answer : heldByShared(partition, sharedGates, answer, waiting, now)
    if (closed === undefined) {
      partition.reason.set(answer.gate, now)
      this.#ready.putFrontToSleep(answer.until)
      return true
    }
    partition.reason.set(undefined, now)
    this.#sharedReason.set(closed.gate, now)
    this.#sharedWakesAt = closed.until ?? Number.POSITIVE_INFINITY
    return false
  }

  /** Takes the first call out of its queue until the consumer of its results has caught up, or its run has budget. */
  #holdBack(partition: Partition, first: WaitingAttempt, holder: Pick<BackPressure, 'whenOpen'>): void {
    partition.queue.holdBackFirst()
    partition.heldBack++
    holder.whenOpen(() => {
      if (first.state !== 'held back') return
      partition.heldBack--
      this.#enqueue(partition, first, this.#settings.clock.now())
    })
  }

  /** Refuses the calls that do not wait for a failing server. Returns false if there were none. */
  #refuseFailFast(partition: Partition, error: RejectedError): boolean {
    const refused = partition.queue.takeFailFast()
    for (const waiting of refused) this.#leave(waiting, { kind: 'rejected', error })
    return refused.length > 0
  }

  #take(partition: Partition, waiting: WaitingAttempt, now: number): void {
    const { sharedGates } = this.#settings
    const { weight } = waiting.attempt.request
    for (const gate of partition.gates) gate.take(now, weight, waiting.attempt)
    for (const gate of sharedGates) gate.take(now, weight, waiting.attempt)
    waiting.attempt.call.spending?.take(waiting.attempt)
    partition.inFlight++
    this.inFlight++
    partition.queue.take(waiting)
    partition.pace.onAdmitted(now, partition.queue.size)
    this.#ready.moveFrontToBack()
    this.#leave(waiting)
    waiting.attempt.call.onPermit(now)
    const next = partition.queue.first()
    if (next !== undefined) prefetch(partition, sharedGates, now, next.attempt.request, this.waiting)
  }

  readonly #isMoreWanted = (): boolean => this.wantsMore
  readonly #calls = (): number => this.waiting + this.inFlight

  #askShared(now: number, weight: number): JointAnswer {
    return askTogether(this.#settings.sharedGates, now, weight)
  }
}
