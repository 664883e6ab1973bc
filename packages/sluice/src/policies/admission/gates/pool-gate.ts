import { originOf } from '../../../http/plain-url.ts'
import type { ApiRequest } from '../../../http/request.ts'
import type { Attempt } from '../../attempt.ts'
import { isKeyRefused, type KeyLane } from '../../pool/key-lane.ts'
import { askTogether, type JointAnswer, prefetchOf } from '../queue/ask-together.ts'
import type { SharedSignal } from '../sharing/shared-limits.ts'
import { type Answer, type Gate, go, type Settled } from './gate.ts'

export interface PoolGateParts {
  readonly lanes: readonly KeyLane[]
  readonly now: () => number
  /** Called when the server has refused a key, which then rests. */
  readonly onRefused: (lane: KeyLane, status: number) => void
}

/**
 * Limits of several keys. A call goes with the next key, round robin, whose own limits all allow it; if none does, it
 * waits for the first to open. A key that the server refused is used again after a rest, or immediately if all keys
 * rest.
 */
export class PoolGate implements Gate {
  readonly #parts: PoolGateParts
  readonly #held = new Map<Attempt, KeyLane>()
  #next = 0
  #name = 'keys'

  constructor(parts: PoolGateParts) {
    this.#parts = parts
  }

  /** The limits of each key. */
  get lanes(): readonly KeyLane[] {
    return this.#parts.lanes
  }

  /** Name of the gate that the next key waited for when last asked. */
  get name(): string {
    return this.#name
  }

  get prefetches(): Gate['prefetches'] {
    const doesPrefetch = this.#parts.lanes.some(({ gates }) => gates.some((gate) => gate.prefetches !== undefined))
    return doesPrefetch ? 'permits' : undefined
  }

  ask(now: number, weight: number, request?: ApiRequest): Answer {
    const answers: JointAnswer[] = []
    for (const lane of this.#inTurn(now)) {
      const answer = askTogether(lane.gates, now, weight, request)
      if (answer.kind === 'go') return go
      answers.push(answer)
    }
    const waits = answers.filter((answer) => answer.kind === 'wait')
    const [first] = waits
    if (first === undefined) return answers[0] as JointAnswer & { kind: 'no' }
    this.#name = `every key: ${first.gate}`
    const known = waits.flatMap(({ until }) => until ?? []).concat(this.#endsOfRests(now))
    const isRefusal = waits.every(({ refusal }) => refusal !== undefined)
    return {
      kind: 'wait',
      isForPart: waits.every(({ isForPart }) => isForPart),
      ...(known.length > 0 ? { until: Math.min(...known) } : undefined),
      ...(isRefusal ? { refusal: first.refusal! } : undefined),
    }
  }

  take(now: number, weight: number, attempt: Attempt): void {
    const inTurn = this.#inTurn(now)
    const goes = ({ gates }: KeyLane): boolean => askTogether(gates, now, weight, attempt.request).kind === 'go'
    const lane = inTurn.find(goes) ?? inTurn[0]!
    const { lanes } = this.#parts
    this.#next = (lanes.indexOf(lane) + 1) % lanes.length
    this.#held.set(attempt, lane)
    attempt.key = {
      name: lane.key.name,
      credentials: lane.key.credentials,
      others: () => lanes.filter((other) => other !== lane && !other.isResting(this.#parts.now())).length,
    }
    for (const gate of lane.gates) gate.take(now, weight, attempt)
  }

  settle(now: number, settled: Settled): void {
    const { attempt, outcome, verdict, admittedAt } = settled
    const lane = this.#held.get(attempt)
    if (lane === undefined) return
    this.#held.delete(attempt)
    for (const gate of lane.gates) gate.settle(now, settled)
    if (verdict === 'success') lane.accept()
    if (outcome.kind !== 'response' || !isKeyRefused(outcome.response) || !isSentWithKey(attempt)) return
    if (lane.refuse(now, admittedAt)) this.#parts.onRefused(lane, outcome.response.status)
  }

  refused(attempt: Attempt, until: number): void {
    for (const gate of this.#held.get(attempt)?.gates ?? []) gate.refused?.(attempt, until)
  }

  hasSpare(now: number): boolean {
    // Asked only while a key can go: its room for a second attempt is checked with the request itself.
    return this.#inTurn(now).some(({ gates }) => gates.every((gate) => gate.hasSpare?.(now) !== false))
  }

  prefetch(now: number, _weight: number, waiting: number, request: ApiRequest): void {
    const lanes = this.#inTurn(now)
    const share = Math.ceil(waiting / lanes.length)
    for (const { gates } of lanes) prefetchOf(gates, now, request, share)
  }

  receive(now: number, signal: SharedSignal): void {
    const lane = this.#parts.lanes.find(({ name }) => name === signal.partition)
    for (const gate of lane?.gates ?? []) gate.receive?.(now, signal)
  }

  isFresh(now: number): boolean {
    const isLaneFresh = (lane: KeyLane): boolean =>
      !lane.isResting(now) && lane.gates.every((gate) => gate.isFresh(now))
    return this.#parts.lanes.every(isLaneFresh)
  }

  /** Keys that can be used now, the next one first: those not resting, or all if all rest. */
  #inTurn(now: number): readonly KeyLane[] {
    const { lanes } = this.#parts
    const turned = [...lanes.slice(this.#next), ...lanes.slice(0, this.#next)]
    const awake = turned.filter((lane) => !lane.isResting(now))
    return awake.length > 0 ? awake : turned
  }

  #endsOfRests(now: number): number[] {
    return this.#parts.lanes.flatMap((lane) => (lane.isResting(now) ? lane.restsUntil : []))
  }
}

/** False if a redirect has led to another origin, which gets no key. */
function isSentWithKey({ credentials, request }: Attempt): boolean {
  return credentials !== undefined && credentials.origin === originOf(request.url)
}
