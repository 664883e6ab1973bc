import type { BreakerChange } from '../algorithms/breaker/breaker.ts'
import { formatRate, type Rate } from '../algorithms/rate/rate.ts'
import { callQuietly } from '../events/call-quietly.ts'
import type { Emitter } from '../events/emitter.ts'
import { AnnouncedQuotaGate } from '../policies/admission/announced-quota-gate.ts'
import { AutoConcurrencyGate } from '../policies/admission/auto-concurrency-gate.ts'
import { BreakerGate } from '../policies/admission/breaker-gate.ts'
import { ConcurrencyGate } from '../policies/admission/concurrency-gate.ts'
import type { Gate, Settled } from '../policies/admission/gate.ts'
import { HoldGate } from '../policies/admission/hold-gate.ts'
import { LearnedRateGate } from '../policies/admission/learned-rate-gate.ts'
import { LocalLimitGate } from '../policies/admission/local-limit-gate.ts'
import { PauseGate } from '../policies/admission/pause-gate.ts'
import { RateGate, type SendLog } from '../policies/admission/rate-gate.ts'
import { LoopDelay } from '../time/loop-delay.ts'
import type { ClientSettings } from './settings.ts'
import { SharedGates, type SharedGatesParts } from './shared-gates.ts'

/** A refusal without a hint stops everyone for a second: many may be in flight. */
const firstProbeOfMany = 1_000
/** Where the number in flight is found, it is down to a few by then: one call may ask again soon. */
const firstProbeOfOne = 100

/** All limits of a client. */
export interface Gates {
  readonly hold: HoldGate
  /** In all; the bound of what is found where concurrency is automatic. */
  readonly concurrency: ConcurrencyGate
  /** Those that hold for all partitions together. Earlier ones are named first as the reason of a wait. */
  readonly shared: readonly Gate[]
  /** Makes those of one partition: first what the server says, then what we were told, then what is scarcest. */
  readonly ofPartition: (partition: string) => readonly Gate[]
  /** How many may be in flight now. */
  readonly limitNow: () => number
  /** Gives back what is held of limits that are shared with other processes. */
  readonly close: () => Promise<void>
}

/** Makes the limits that the settings ask for. */
export function createGates(
  settings: ClientSettings,
  events: Emitter,
  admission: Pick<SharedGatesParts, 'wake' | 'waiting' | 'hear'>,
): Gates {
  const hold = new HoldGate()
  const { sharedLimits: limits, clock, burst } = settings
  const shared = limits === undefined ? undefined : new SharedGates({ limits, clock, burst, ...admission })
  const concurrencyOf = (name: string, limit: number, partition?: string): ConcurrencyGate =>
    shared?.concurrency(name, limit, partition) ?? new ConcurrencyGate(name, limit)
  const concurrency = concurrencyOf('concurrency', settings.concurrency)
  const localLimit = new LocalLimitGate(({ message }) =>
    events.emit({ type: 'local.limited', at: clock.now(), message }),
  )
  const automatic = new Map<string, AutoConcurrencyGate>()
  const loopDelay = new LoopDelay(settings.clock)
  const rates = (partition?: string): Gate[] =>
    settings.rates.map((rate) => {
      if (shared !== undefined) return shared.rate(rate, partition)
      const log = sendLog(`${partition ?? 'all'} ${formatRate(rate)}`, rate, settings)
      return new RateGate(rate, burst, settings.pacing, log)
    })
  const sharedRates = settings.rateScope === 'all' ? rates() : []

  const ofPartition = (partition: string): Gate[] => {
    const announced = announcedQuotaGate(partition, settings, shared)
    const learned = learnedRateGate(partition, settings, events, announced)
    const learning = settings.learn ? [announced, learned] : []
    // Fewer in flight are tried first where their number is found.
    const stopsFor = (settled: Settled): boolean => automatic.get(partition)?.isForRate(settled) ?? true
    const { breaker, pause } = healthGates(partition, settings, events, stopsFor, shared)
    const heeding: Gate[] = [...(breaker === undefined ? [] : [breaker]), pause, ...learning]
    for (const lesson of shared?.earlyLessons(partition) ?? []) {
      for (const gate of heeding) gate.hear?.(clock.now(), lesson)
    }
    const ownRates = settings.rateScope === 'partition' ? rates(partition) : []
    const gates: Gate[] = [...heeding, ...ownRates]
    if (settings.perPartition !== undefined)
      gates.push(concurrencyOf('concurrency per host', settings.perPartition, partition))
    if (!settings.isAuto) return gates

    const pacing = [...gates, ...sharedRates]
    const found = new AutoConcurrencyGate({
      heldUntil: (now) => heldUntil(pacing, now),
      isBareRefusal: ({ verdict, retryAfter, isForAll }) =>
        verdict === 'throttled' && retryAfter === undefined && isForAll,
      loopDelay,
      onLesson: (now, lesson) => {
        if (settings.learn) learned.learn(now, lesson)
      },
      onChange: ({ from, to, reason }) => {
        if (events.isHeard)
          events.emit({ type: 'concurrency.changed', at: settings.clock.now(), partition, from, to, reason })
      },
    })
    automatic.set(partition, found)
    return [...gates, found]
  }

  return {
    hold,
    concurrency,
    shared: [hold, ...sharedRates, concurrency, localLimit],
    ofPartition,
    limitNow: () => {
      if (!settings.isAuto) return concurrency.limit
      const found = Array.from(automatic.values(), ({ limit }) => limit)
      return Math.min(
        concurrency.limit,
        Math.max(
          1,
          found.reduce((sum, limit) => sum + limit, 0),
        ),
      )
    },
    close: async () => shared?.close(),
  }
}

/** The gates that heed how a server is, and when it asks to wait. */
function healthGates(
  partition: string,
  settings: ClientSettings,
  events: Emitter,
  stopsFor: (settled: Settled) => boolean,
  shared: SharedGates | undefined,
): { readonly breaker: BreakerGate | undefined; readonly pause: PauseGate } {
  const { clock, random, breaker, giveUpAfter, retry } = settings
  const longest = retry.maxRetryAfter
  const dateOf = (moment: number): number => clock.wallTime() + moment - clock.now()
  const onChange = (change: BreakerChange): void => {
    const now = clock.now()
    events.emit({ type: 'breaker.changed', at: now, partition, ...change })
    // What was told is not told again.
    if (change.reason === 'told') return
    const time = change.to === 'open' ? change.until - now : 0
    shared?.tell({ partition, kind: 'breaker', isOpen: change.to === 'open', for: time })
  }
  return {
    breaker:
      breaker && new BreakerGate({ partition, options: breaker, giveUpAfter, longest, random, dateOf, onChange }),
    pause: new PauseGate({
      stopsFor,
      firstProbe: settings.isAuto ? firstProbeOfOne : firstProbeOfMany,
      longest,
      dateOf,
      onPause: (until) => events.emit({ type: 'partition.paused', at: clock.now(), partition, until }),
      onAsked: (wait) => shared?.tell({ partition, kind: 'pause', for: wait }),
    }),
  }
}

function announcedQuotaGate(
  partition: string,
  { clock, retry }: ClientSettings,
  shared: SharedGates | undefined,
): AnnouncedQuotaGate {
  const bounds = { wallTime: () => clock.wallTime(), longest: retry.maxRetryAfter }
  if (shared === undefined) return new AnnouncedQuotaGate(bounds)
  return new AnnouncedQuotaGate({
    ...bounds,
    active: () => shared.active,
    onTold: (headers, age) => shared.tell({ partition, kind: 'quota', headers, age }),
  })
}

function learnedRateGate(
  partition: string,
  settings: ClientSettings,
  events: Emitter,
  announced: AnnouncedQuotaGate,
): LearnedRateGate {
  const { clock, rates, isAuto } = settings
  return new LearnedRateGate({
    heedsBare: !isAuto,
    isPaced: rates.length > 0,
    isExplained: (settled) => announced.explains(settled),
    onLearned: (rate) => events.emit({ type: 'limit.learned', at: clock.now(), partition, rate }),
  })
}

/** What the client's memory knows of a quota, on its clock: nothing there is later than now, whatever the date was. */
function sendLog(quota: string, { per }: Rate, { quotaMemory, clock }: ClientSettings): SendLog | undefined {
  if (quotaMemory === undefined) return undefined
  const offset = (): number => clock.wallTime() - clock.now()
  return {
    recall: () =>
      quotaMemory.recall(quota).map(({ at, weight }) => ({ at: Math.min(at - offset(), clock.now()), weight })),
    // In the middle of letting a call go: an error thrown here would leave some limits taken and others not.
    record: (now, weight) =>
      callQuietly(() => quotaMemory.record(quota, { at: now + offset(), weight }, per), undefined),
  }
}

/** Until when one of the gates holds a call back: `now` if none does, for ever if nobody knows. */
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
