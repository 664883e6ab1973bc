import { formatRate, type Rate } from '../algorithms/rate/rate.ts'
import type { Emitter } from '../events/emitter.ts'
import { AnnouncedQuotaGate } from '../policies/admission/announced-quota-gate.ts'
import { AutoConcurrencyGate } from '../policies/admission/auto-concurrency-gate.ts'
import { BreakerGate } from '../policies/admission/breaker-gate.ts'
import { ConcurrencyGate } from '../policies/admission/concurrency-gate.ts'
import type { Gate, Settled } from '../policies/admission/gate.ts'
import { HoldGate } from '../policies/admission/hold-gate.ts'
import { LearnedRateGate } from '../policies/admission/learned-rate-gate.ts'
import { PauseGate } from '../policies/admission/pause-gate.ts'
import { RateGate, type SendLog } from '../policies/admission/rate-gate.ts'
import { waitAsked } from '../policies/retry/should-retry.ts'
import { LoopDelay } from '../time/loop-delay.ts'
import type { ClientSettings } from './settings.ts'

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
}

/** Makes the limits that the settings ask for. */
export function createGates(settings: ClientSettings, events: Emitter): Gates {
  const hold = new HoldGate()
  const concurrency = new ConcurrencyGate('concurrency', settings.concurrency)
  const automatic = new Map<string, AutoConcurrencyGate>()
  const loopDelay = new LoopDelay(settings.clock)
  const rates = (scope: string): RateGate[] =>
    settings.rates.map(
      (rate) =>
        new RateGate(rate, settings.burst, settings.pacing, sendLog(`${scope} ${formatRate(rate)}`, rate, settings)),
    )
  const sharedRates = settings.rateScope === 'all' ? rates('all') : []

  const ofPartition = (partition: string): Gate[] => {
    const announced = new AnnouncedQuotaGate(() => settings.clock.wallTime())
    const learned = learnedRateGate(partition, settings, events, announced)
    const learning = settings.learn ? [announced, learned] : []
    // Fewer in flight are tried first where their number is found.
    const stopsFor = (settled: Settled): boolean => automatic.get(partition)?.isForRate(settled) ?? true
    const heeding = heedingGates(partition, settings, events, learning, stopsFor)
    const ownRates = settings.rateScope === 'partition' ? rates(partition) : []
    const gates: Gate[] = [...heeding, ...ownRates]
    if (settings.perPartition !== undefined)
      gates.push(new ConcurrencyGate('concurrency per host', settings.perPartition))
    if (!settings.isAuto) return gates

    const pacing = [...gates, ...sharedRates]
    const found = new AutoConcurrencyGate({
      heldUntil: (now) => heldUntil(pacing, now),
      isBareRefusal: (settled) =>
        settled.verdict === 'throttled' && waitAsked(settled.outcome, settings.clock.wallTime()) === undefined,
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
    shared: [hold, ...sharedRates, concurrency],
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
  }
}

/** The gates that heed what a server says and does: its health, its pauses, its limits. */
function heedingGates(
  partition: string,
  settings: ClientSettings,
  events: Emitter,
  learning: readonly Gate[],
  stopsFor: (settled: Settled) => boolean,
): Gate[] {
  const { clock, random, breaker, giveUpAfter } = settings
  const asked = ({ outcome }: Settled): number | undefined => waitAsked(outcome, clock.wallTime())
  const dateOf = (moment: number): number => clock.wallTime() + moment - clock.now()
  const gates: Gate[] = []
  if (breaker !== undefined) {
    gates.push(
      new BreakerGate({
        partition,
        options: breaker,
        giveUpAfter,
        random,
        waitAsked: asked,
        dateOf,
        onChange: (change) => events.emit({ type: 'breaker.changed', at: clock.now(), partition, ...change }),
      }),
    )
  }
  gates.push(
    new PauseGate({
      waitAsked: asked,
      stopsFor,
      firstProbe: settings.isAuto ? firstProbeOfOne : firstProbeOfMany,
      longest: settings.retry.maxRetryAfter,
      dateOf,
      onPause: (until) => events.emit({ type: 'partition.paused', at: clock.now(), partition, until }),
    }),
  )
  return [...gates, ...learning]
}

function learnedRateGate(
  partition: string,
  settings: ClientSettings,
  events: Emitter,
  announced: AnnouncedQuotaGate,
): LearnedRateGate {
  const { clock, rates, isAuto } = settings
  return new LearnedRateGate({
    waitAsked: ({ outcome }) => waitAsked(outcome, clock.wallTime()),
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
    record: (now, weight) => quotaMemory.record(quota, { at: now + offset(), weight }, per),
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
