import type { ApiRequest } from '../../http/request.ts'
import type { Attempt } from '../attempt.ts'
import { LineFullError, type RejectedError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import type { AdmissionSettings } from './admission-settings.ts'
import { askBehind, askTogether, haveSpare, type JointAnswer, refusalOf } from './ask-together.ts'
import { Demand } from './demand.ts'
import { Partition } from './partition.ts'
import { Partitions } from './partitions.ts'
import { reserveAhead } from './reserve-ahead.ts'
import type { Lesson } from './shared-limits.ts'
import { Turns } from './turns.ts'
import { WaitLedger, WaitReason } from './wait-ledger.ts'
import { Waiting } from './waiting.ts'
import { WakeTimer } from './wake-timer.ts'

/**
 * Lets calls go when all their limits say yes at the same moment, and takes from all of them at that moment.
 *
 * Each partition keeps a line; partitions take turns; one that must wait holds up no other. There is one timer, for the
 * earliest moment at which a waiting line may go on.
 */
export class Admission implements Policy {
  readonly name = 'admission'
  readonly #settings: AdmissionSettings
  readonly #partitions: Partitions
  readonly #turns = new Turns()
  readonly #waits = new WaitLedger()
  readonly #sharedReason = new WaitReason(this.#waits)
  readonly #demand = new Demand()
  readonly #timer: WakeTimer
  #sharedWakesAt = Number.POSITIVE_INFINITY
  #waiting = 0
  #inFlight = 0
  #isAdmitting = false

  constructor(settings: AdmissionSettings) {
    this.#settings = settings
    this.#timer = new WakeTimer(settings.clock, () => this.#admit(settings.clock.now()))
    this.#partitions = new Partitions((name) => new Partition(name, settings.partitionGates(name), this.#waits))
  }

  /** Attempts that hold a permit. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Attempts that are not admitted yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Of one partition, or of all. */
  waitingIn(name?: string): number {
    return name === undefined ? this.#waiting : (this.#partitions.known(name)?.line.size ?? 0)
  }

  /** Whether it is worth bringing another call: nobody waits, or those who do wait for limits of their own partition. */
  get wantsMore(): boolean {
    return this.#waiting === 0 || (this.#turns.isEmpty && this.#askShared(this.#settings.clock.now(), 1).kind === 'go')
  }

  /** Whether another attempt at this would go at once and delay nobody: nobody waits, and all limits have something to spare. */
  hasSpareFor(request: ApiRequest): boolean {
    if (this.#waiting > 0) return false
    const now = this.#settings.clock.now()
    const { gates } = this.#partitions.get(request.partition, now)
    return haveSpare(gates, now, request) && haveSpare(this.#settings.sharedGates, now, request)
  }

  /** Calls `listener` whenever more may be wanted. Returns how to stop. */
  onWantsMore(listener: () => void): () => void {
    return this.#demand.add(listener)
  }

  /** Milliseconds in which at least one call of a line waited, by the gate it waited for. */
  waits(): ReadonlyMap<string, number> {
    const now = this.#settings.clock.now()
    this.#sharedReason.flush(now)
    for (const partition of this.#partitions.all()) partition.reason.flush(now)
    return this.#waits.totals
  }

  /** The gates that hold somebody up right now. */
  heldBy(): ReadonlySet<string> {
    const gates = [this.#sharedReason.gate, ...Array.from(this.#partitions.all(), ({ reason }) => reason.gate)]
    return new Set(gates.filter((gate) => gate !== undefined))
  }

  async run(attempt: Attempt, next: Next): Promise<Outcome> {
    const { clock } = this.#settings
    const enteredAt = clock.now()
    const partition = this.#partitions.get(attempt.request.partition, enteredAt)
    const refused = await this.#enter(partition, attempt, enteredAt)
    const admittedAt = clock.now()
    attempt.queued += admittedAt - enteredAt
    if (refused !== undefined) return refused
    attempt.onAdmitted(admittedAt)
    let outcome = thrown
    try {
      outcome = await next(attempt)
      return outcome
    } finally {
      this.#settle(partition, attempt, outcome, admittedAt)
    }
  }

  /** Asks all lines again, or that of one partition. Needed only after a gate was changed from outside. */
  wake(name?: string): void {
    for (const partition of this.#partitions.all(name)) if (partition.line.size > 0) this.#turns.add(partition)
    this.#admit(this.#settings.clock.now())
  }

  /** Tells a partition what another process has learned of it. Answers whether there is such a partition. */
  hear(lesson: Lesson): boolean {
    const partition = this.#partitions.known(lesson.partition)
    if (partition === undefined) return false
    for (const gate of partition.gates) gate.hear?.(this.#settings.clock.now(), lesson)
    this.wake(lesson.partition)
    return true
  }

  /** Gives back the timer. Whoever still waits is cancelled by the client. */
  close(): void {
    this.#timer.cancel()
    this.#demand.clear()
  }

  /** Resolves with nothing when all that is needed has been taken for this attempt, or with how it ended instead. */
  #enter(partition: Partition, attempt: Attempt, now: number): Promise<Outcome | undefined> {
    const { cancellation, stopReason } = attempt.call
    if (cancellation.cancelled) return Promise.resolve({ kind: 'cancelled', reason: cancellation.reason })
    if (attempt.cancellation.cancelled) {
      return Promise.resolve({ kind: 'cancelled', reason: attempt.cancellation.reason })
    }
    if (stopReason !== undefined) return Promise.resolve({ kind: 'cancelled', reason: stopReason })
    if (this.#waiting >= this.#settings.maxWaiting) {
      return Promise.resolve({ kind: 'rejected', error: new LineFullError(this.#settings.maxWaiting) })
    }
    return new Promise((resolve) => {
      const waiting = new Waiting(attempt, resolve, (cancelled, reason) => this.#cancel(partition, cancelled, reason))
      this.#waiting++
      this.#stand(partition, waiting, now)
    })
  }

  #cancel(partition: Partition, waiting: Waiting, reason: unknown): void {
    const now = this.#settings.clock.now()
    if (waiting.place === 'aside') partition.aside--
    partition.line.remove(waiting)
    this.#leave(waiting, { kind: 'cancelled', reason })
    this.#turns.add(partition)
    this.#admit(now)
  }

  #leave(waiting: Waiting, outcome?: Outcome): void {
    this.#waiting--
    waiting.leave(outcome)
  }

  #stand(partition: Partition, waiting: Waiting, now: number): void {
    partition.line.add(waiting)
    // A sleeping line need not be asked again, unless it has a new first one, which may weigh less.
    const mayGoFirst = !waiting.attempt.call.isPatient || partition.isHeldInPart
    if (partition.wakesAt !== undefined && partition.line.first() !== waiting && !mayGoFirst) return
    this.#turns.add(partition)
    this.#admit(now)
  }

  #settle(partition: Partition, attempt: Attempt, outcome: Outcome, admittedAt: number): void {
    const now = this.#settings.clock.now()
    attempt.duration += now - admittedAt
    attempt.onEnded()
    attempt.call.onPermitBack()
    partition.inFlight--
    this.#inFlight--
    const { verdict, retryAfter, isForAll } = this.#settings.judge(outcome)
    const settled = { attempt, outcome, verdict, retryAfter, isForAll, weight: attempt.request.weight, admittedAt }
    for (const gate of partition.gates) gate.settle(now, settled)
    for (const gate of this.#settings.sharedGates) gate.settle(now, settled)
    this.#turns.add(partition)
    this.#admit(now)
  }

  /** Lets go whoever may: the lines are asked in turn until each is empty or must wait, or the shared limits are closed. */
  #admit(now: number): void {
    if (this.#isAdmitting) return
    this.#isAdmitting = true
    try {
      this.#turns.wake(now)
      this.#sharedWakesAt = Number.POSITIVE_INFINITY
      let goesOn = true
      while (goesOn && !this.#turns.isEmpty) goesOn = this.#turn(this.#turns.front()!, now)
      if (this.#turns.isEmpty) this.#sharedReason.set(undefined, now)
    } finally {
      this.#isAdmitting = false
    }
    this.#timer.set(Math.min(this.#sharedWakesAt, this.#turns.nextWakeAt, this.#moreWantedAt(now)), now)
    if (!this.#demand.isEmpty) this.#demand.ask(this.#isMoreWanted, this.#calls)
  }

  /**
   * When runs are to be asked for more: the moment at which the shared limits open again, if every queue sleeps for limits of
   * its own and nobody else would wait for that moment.
   */
  #moreWantedAt(now: number): number {
    if (this.#demand.isEmpty || this.#waiting === 0 || !this.#turns.isEmpty) return Number.POSITIVE_INFINITY
    const shared = this.#askShared(now, 1)
    return (shared.kind === 'wait' ? shared.until : undefined) ?? Number.POSITIVE_INFINITY
  }

  /** The turn of one line. Answers whether others can have theirs now. */
  #turn(partition: Partition, now: number): boolean {
    const first = partition.line.first()
    if (first === undefined) {
      partition.reason.set(undefined, now)
      this.#turns.frontToSleep(undefined)
      return true
    }
    const { outlet } = first.attempt.call
    if (outlet?.isOpen === false) {
      partition.line.removeFirst('aside')
      partition.aside++
      outlet.whenOpen(() => {
        if (first.place !== 'aside') return
        partition.aside--
        this.#stand(partition, first, this.#settings.clock.now())
      })
      return true
    }
    let waiting = first
    let own = askTogether(partition.gates, now, first.attempt.request.weight, first.attempt.request)
    partition.isHeldInPart = own.kind === 'wait' && own.isForPart
    if (own.kind === 'wait' && own.isForPart) ({ waiting, answer: own } = askBehind(partition, first, own, now))
    const { call, request } = waiting.attempt
    const shared = own.kind === 'go' ? this.#askShared(now, request.weight) : undefined
    const answer = shared ?? own
    if (answer.kind === 'go') {
      this.#take(partition, waiting, now)
      return true
    }
    const refusal = refusalOf(answer, call.deadlineAt)
    if (refusal !== undefined) {
      partition.line.remove(waiting)
      this.#leave(waiting, refusal)
    }
    if (refusal !== undefined || answer.kind === 'no') return true
    if (answer.refusal !== undefined && this.#refuseImpatient(partition, answer.refusal)) return true
    reserveAhead(partition, this.#settings.sharedGates, now, request.weight, this.#waiting)
    if (shared === undefined) {
      this.#tellReason(partition.reason, answer.gate, now, partition.name)
      this.#turns.frontToSleep(answer.until)
      return true
    }
    partition.reason.set(undefined, now)
    this.#tellReason(this.#sharedReason, answer.gate, now, undefined)
    this.#sharedWakesAt = answer.until ?? Number.POSITIVE_INFINITY
    return false
  }

  /** Single calls do not wait for a server that is down. Answers whether there were any. */
  #refuseImpatient(partition: Partition, error: RejectedError): boolean {
    const impatient = partition.line.takeImpatient()
    for (const waiting of impatient) this.#leave(waiting, { kind: 'rejected', error })
    return impatient.length > 0
  }

  #take(partition: Partition, waiting: Waiting, now: number): void {
    const { weight } = waiting.attempt.request
    for (const gate of partition.gates) gate.take(now, weight, waiting.attempt)
    for (const gate of this.#settings.sharedGates) gate.take(now, weight, waiting.attempt)
    partition.inFlight++
    this.#inFlight++
    partition.line.remove(waiting)
    this.#turns.frontToTheBack()
    this.#leave(waiting)
    waiting.attempt.call.onPermit(now)
    const next = partition.line.first()
    if (next !== undefined)
      reserveAhead(partition, this.#settings.sharedGates, now, next.attempt.request.weight, this.#waiting)
  }

  readonly #isMoreWanted = (): boolean => this.wantsMore
  readonly #calls = (): number => this.#waiting + this.#inFlight

  #askShared(now: number, weight: number): JointAnswer {
    return askTogether(this.#settings.sharedGates, now, weight)
  }

  #tellReason(reason: WaitReason, gate: string, now: number, partition: string | undefined): void {
    const { events } = this.#settings
    if (!reason.set(gate, now) || !events.isHeard) return
    events.emit({ type: 'gate.waiting', at: now, gate, ...(partition === undefined ? undefined : { partition }) })
  }
}

/** What the gates are told of an attempt that ended with a bug of ours, or of a policy. */
const thrown: Outcome = { kind: 'cancelled', reason: undefined }
