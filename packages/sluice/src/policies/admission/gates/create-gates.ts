import { createSharedGates } from '#sharing'
import type { BreakerChange, BreakerOptions } from '../../../algorithms/breaker/breaker.ts'
import type { Pacing } from '../../../algorithms/rate/paced-ledger.ts'
import { burstOf, formatRate, type Rate } from '../../../algorithms/rate/rate.ts'
import { longestPacedWindow } from '../../../algorithms/rate/shared-pace.ts'
import type { Emitter } from '../../../events/emitter.ts'
import { callQuietly } from '../../../events/emitter.ts'
import type { Random } from '../../../random/random.ts'
import type { Clock } from '../../../time/clock.ts'
import { LoopDelay } from '../../../time/loop-delay.ts'
import type { Costs } from '../../costs/costs.ts'
import { KeyLane } from '../../pool/key-lane.ts'
import { nameWithKey, withoutKey } from '../../pool/key-names.ts'
import type { PoolKeySettings } from '../../pool/options.ts'
import type { SharedGates, SharedGatesParts } from '../sharing/shared-gates.ts'
import type { SharedLimits, SharedSignal } from '../sharing/shared-limits.ts'
import { AdvertisedQuotaGate } from './advertised-quota-gate.ts'
import { AutoConcurrencyGate } from './auto-concurrency-gate.ts'
import { BreakerGate, type GiveUpAfter } from './breaker-gate.ts'
import { ConcurrencyGate, HoldGate } from './concurrency-gate.ts'
import type { Gate, Settled } from './gate.ts'
import { LearnedRateGate } from './learned-rate-gate.ts'
import { LocalLimitGate } from './local-limit-gate.ts'
import { MemoryGate, type OnLimited } from './memory-gate.ts'
import { PauseGate } from './pause-gate.ts'
import { PoolGate } from './pool-gate.ts'
import { type QuotaMemory, RateGate, type SendLog } from './rate-gate.ts'
import { RateGates } from './rate-gates.ts'

/** First pause in ms after a refusal without a hint, with a fixed limit: many calls may be in flight. */
const firstProbeOfMany = 1_000
/** First pause in ms with automatic concurrency, which has already lowered the number of calls in flight. */
const firstProbeOfFew = 100

/** Options of a client about limits, completed and validated. */
export interface LimitSettings {
  /** Maximum calls in flight over all partitions; the upper bound with `isAuto`. */
  readonly concurrency: number
  /** True if the number in flight is found automatically, separately for each partition. */
  readonly isAuto: boolean
  readonly perPartition: number | undefined
  /** Bytes of memory for bodies; undefined without a limit. */
  readonly maxMemory: number | undefined
  readonly rates: readonly Rate[]
  /** Keys of the pool. Each has its own copy of all limits of a partition. */
  readonly pool: readonly PoolKeySettings[] | undefined
  readonly rateScope: 'partition' | 'all'
  readonly burst: number
  readonly pacing: Pacing
  readonly sharedLimits: SharedLimits | undefined
  readonly quotaMemory: QuotaMemory | undefined
  readonly learn: boolean
  readonly breaker: BreakerOptions | undefined
  readonly giveUpAfter: GiveUpAfter
  readonly retry: { readonly maxRetryAfter: number; readonly transient: { readonly graphql?: boolean } }
  readonly clock: Clock
  readonly random: Random
}

/** The gates of a partition. */
interface GatesByName {
  readonly name: string
  readonly gates: readonly Gate[]
}

/** All limits of a client. */
export interface Gates {
  readonly hold: HoldGate
  /** Limit over all partitions; the upper bound with automatic concurrency. */
  readonly concurrency: ConcurrencyGate
  /** Gates over all partitions together. The first one that waits is reported as the reason. */
  readonly shared: readonly Gate[]
  /** Creates the gates of one partition: those that obey the server, then the configured limits, then the scarcest. */
  readonly ofPartition: (partition: string) => readonly Gate[]
  /** Replaces the rates, here and in the gates of these partitions. The new rates count from now on. */
  readonly setRates: (rates: readonly Rate[], partitions: Iterable<GatesByName>) => void
  /** Maximum number of calls in flight now. */
  readonly limitNow: () => number
  /** Releases everything held of limits that are shared with other processes. */
  readonly close: () => Promise<void>
}

/** Creates the limits from the settings. */
export function createGates(
  settings: LimitSettings,
  events: Emitter,
  costs: Costs,
  admission: Pick<SharedGatesParts, 'wake' | 'waiting'> & {
    readonly receive: (signal: SharedSignal, partition: string | undefined) => boolean
  },
): Gates {
  const hold = new HoldGate()
  const { sharedLimits: limits, clock, burst } = settings
  const { pool } = settings
  const partitionOf = (name: string | undefined): string | undefined => withoutKey(name, pool)
  const shared =
    limits === undefined
      ? undefined
      : createSharedGates({
          limits,
          clock,
          burst,
          perPartition: settings.perPartition,
          wake: (name) => admission.wake(partitionOf(name)),
          waiting: (name) => admission.waiting(partitionOf(name)),
          receive: (signal) => admission.receive(signal, partitionOf(signal.partition)),
        })
  const concurrencyOf = (name: string, limit: number, partition?: string): ConcurrencyGate =>
    shared?.concurrency(name, limit, partition) ?? new ConcurrencyGate(name, limit)
  const concurrency = concurrencyOf('concurrency', settings.concurrency)
  const onLimited: OnLimited = (limited) => events.emit({ type: 'local.limited', at: clock.now(), ...limited })
  const localLimit = new LocalLimitGate(({ message }) => onLimited({ message }))
  const { maxMemory } = settings
  const memory = maxMemory === undefined ? [] : [new MemoryGate(maxMemory, concurrency, onLimited)]
  const automatic = new Map<string, AutoConcurrencyGate>()
  const loopDelay = new LoopDelay(clock)
  const rates = new RateGates({
    rates: settings.rates,
    shared,
    costs,
    own: (rate, partition) => ownRate(rate, partition, settings),
  })
  const isForAll = settings.rateScope === 'all'
  const sharedRatesOfKeys = new Map<string, readonly Gate[]>()
  const shareRates = (): readonly Gate[] => {
    if (!isForAll) return []
    if (pool === undefined) return rates.make()
    for (const key of pool) sharedRatesOfKeys.set(key.name, rates.make(nameWithKey('', key), key.rates))
    return []
  }
  const sharedRates = shareRates()
  const sharedGates: Gate[] = [hold, ...sharedRates, concurrency, localLimit, ...memory]

  const ratesIn = (partition: string, key?: PoolKeySettings): readonly Gate[] =>
    isForAll ? (sharedRatesOfKeys.get(key?.name ?? '') ?? []) : rates.make(partition, key?.rates)

  const gatesOf = (partition: string, key?: PoolKeySettings): Gate[] => {
    const advertised = advertisedQuotaGate(partition, settings, costs, shared)
    const learned = learnedRateGate(partition, settings, events, advertised)
    const learning = settings.learn ? [advertised, learned] : []
    // Automatic concurrency first tries fewer calls in flight.
    const stopsFor = (settled: Settled): boolean => automatic.get(partition)?.isForRate(settled) ?? true
    const serverGates: Gate[] = [...healthGates(partition, settings, events, stopsFor, shared), ...learning]
    for (const signal of shared?.earlySignals(partition) ?? []) {
      for (const gate of serverGates) gate.receive?.(clock.now(), signal)
    }
    const gates: Gate[] = [...serverGates, ...ratesIn(partition, key)]
    if (settings.perPartition !== undefined)
      gates.push(concurrencyOf('concurrency per host', settings.perPartition, partition))
    if (!settings.isAuto) return gates

    const auto: AutoConcurrencyGate = new AutoConcurrencyGate({
      heldUntil: (now) => {
        const shared = sharedGates.filter((gate) => rates.has(gate))
        return heldUntil([...all.filter((gate) => gate !== auto), ...shared], now)
      },
      isBareRefusal: ({ verdict, retryAfter, isForAll }) =>
        verdict === 'throttled' && retryAfter === undefined && isForAll,
      loopDelay,
      onEvidence: (now, evidence) => {
        if (settings.learn) learned.learn(now, evidence)
      },
      onChange: ({ from, to, reason }) => {
        if (events.isHeard) events.emit({ type: 'concurrency.changed', at: clock.now(), partition, from, to, reason })
      },
    })
    automatic.set(partition, auto)
    const all: Gate[] = [...gates, auto]
    return all
  }

  const ofPartition = (partition: string): Gate[] => {
    if (pool === undefined) return gatesOf(partition)
    const lanes = pool.map((key) => {
      const name = nameWithKey(partition, key)
      return new KeyLane(key, name, gatesOf(name, key))
    })
    const onRefused = ({ key, restsUntil }: KeyLane, status: number): void =>
      events.emit({ type: 'key.refused', at: clock.now(), partition, key: key.name, status, until: restsUntil })
    return [new PoolGate({ lanes, now: () => clock.now(), onRefused })]
  }

  return {
    hold,
    concurrency,
    shared: sharedGates,
    ofPartition,
    setRates(given, partitions) {
      rates.set(given)
      rates.replaceIn(sharedGates, shareRates())
      for (const { name, gates } of partitions) {
        const lanes = gates.flatMap((gate) => (gate instanceof PoolGate ? gate.lanes : []))
        for (const lane of lanes) rates.replaceIn(lane.gates as Gate[], ratesIn(lane.name, lane.key))
        if (pool === undefined) rates.replaceIn(gates as Gate[], ratesIn(name))
      }
    },
    limitNow: () => {
      if (!settings.isAuto) return concurrency.limit
      const sum = Array.from(automatic.values(), ({ limit }) => limit).reduce((one, other) => one + other, 0)
      return Math.min(concurrency.limit, Math.max(1, sum))
    },
    close: async () => shared?.close(),
  }
}

/** Rate limited by this client alone. */
function ownRate(rate: Rate, partition: string | undefined, settings: LimitSettings): RateGate {
  const log = sendLog(`${partition ?? 'all'} ${formatRate(rate)}`, rate, settings)
  return new RateGate(rate, burstOf(rate, settings.burst), settings.pacing, log)
}

/** Gates that obey the server's health and the waits it requests. */
function healthGates(
  partition: string,
  settings: LimitSettings,
  events: Emitter,
  stopsFor: (settled: Settled) => boolean,
  shared: SharedGates | undefined,
): Gate[] {
  const { clock, random, breaker, giveUpAfter, retry } = settings
  const longest = retry.maxRetryAfter
  const dateOf = (moment: number): number => clock.wallTime() + moment - clock.now()
  const onChange = (change: BreakerChange & { readonly cause?: string }): void => {
    const now = clock.now()
    events.emit({ type: 'breaker.changed', at: now, partition, ...change })
    // A change from another process is not published again.
    if (change.reason === 'shared signal') return
    const time = change.to === 'open' ? change.until - now : 0
    shared?.publish({ partition, kind: 'breaker', isOpen: change.to === 'open', for: time })
  }
  const pause = new PauseGate({
    stopsFor,
    firstProbe: settings.isAuto ? firstProbeOfFew : firstProbeOfMany,
    longest,
    dateOf,
    onPause: (until) => events.emit({ type: 'partition.paused', at: clock.now(), partition, until }),
    onRequestedWait: (wait) => shared?.publish({ partition, kind: 'pause', for: wait }),
  })
  if (breaker === undefined) return [pause]
  return [new BreakerGate({ partition, options: breaker, giveUpAfter, longest, random, dateOf, onChange }), pause]
}

function advertisedQuotaGate(
  partition: string,
  { clock, retry }: LimitSettings,
  costs: Costs,
  shared: SharedGates | undefined,
): AdvertisedQuotaGate {
  const readsPoints = retry.transient.graphql === true
  const bounds = { costs, wallTime: () => clock.wallTime(), longest: retry.maxRetryAfter, readsPoints }
  if (shared === undefined) return new AdvertisedQuotaGate(bounds)
  return new AdvertisedQuotaGate({
    ...bounds,
    active: () => shared.active,
    onQuota: (headers, age) => shared.publish({ partition, kind: 'quota', headers, age }),
  })
}

function learnedRateGate(
  partition: string,
  { clock, rates, isAuto, sharedLimits }: LimitSettings,
  events: Emitter,
  advertised: AdvertisedQuotaGate,
): LearnedRateGate {
  const even = rates.filter(({ per, unit }) => per <= longestPacedWindow && unit === undefined)
  const isOwn = sharedLimits === undefined && even.length > 0
  return new LearnedRateGate({
    learnsFromBare: !isAuto,
    isPaced: rates.length > 0,
    pace: isOwn ? Math.min(...even.map(({ count, per }) => count / per)) : undefined,
    isExplained: (settled) => advertised.explains(settled),
    onLearned: (rate) => events.emit({ type: 'limit.learned', at: clock.now(), partition, rate }),
  })
}

/** Quota memory of the client, on its monotonic clock. A remembered send is never later than now, whatever its date. */
function sendLog(quota: string, { per }: Rate, { quotaMemory, clock }: LimitSettings): SendLog | undefined {
  if (quotaMemory === undefined) return undefined
  const offset = (): number => clock.wallTime() - clock.now()
  return {
    recall: () =>
      quotaMemory.recall(quota).map(({ at, weight }) => ({ at: Math.min(at - offset(), clock.now()), weight })),
    // Called while a call is being admitted: an error thrown here would leave only some of the limits taken.
    record: (now, weight) =>
      callQuietly(() => quotaMemory.record(quota, { at: now + offset(), weight }, per), undefined),
  }
}

/** Moment until which a gate holds a call back: `now` if none does, Infinity if unknown. */
function heldUntil(gates: readonly Gate[], now: number): number {
  const answers = gates.map((gate) => gate.ask(now, 1))
  return Math.max(
    now,
    ...answers.map((answer) => {
      if (answer.kind === 'go') return now
      return answer.kind === 'wait' && answer.until !== undefined ? answer.until : Number.POSITIVE_INFINITY
    }),
  )
}
