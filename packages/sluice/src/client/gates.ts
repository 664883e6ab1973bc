import type { Emitter } from '../events/emitter.ts'
import { AnnouncedQuotaGate } from '../policies/admission/announced-quota-gate.ts'
import { AutoConcurrencyGate } from '../policies/admission/auto-concurrency-gate.ts'
import { BreakerGate } from '../policies/admission/breaker-gate.ts'
import { ConcurrencyGate } from '../policies/admission/concurrency-gate.ts'
import type { Gate, Settled } from '../policies/admission/gate.ts'
import { HoldGate } from '../policies/admission/hold-gate.ts'
import { LearnedRateGate } from '../policies/admission/learned-rate-gate.ts'
import { PauseGate } from '../policies/admission/pause-gate.ts'
import { RateGate } from '../policies/admission/rate-gate.ts'
import { waitAsked } from '../policies/retry/should-retry.ts'
import { LoopDelay } from '../time/loop-delay.ts'
import type { ClientSettings } from './settings.ts'

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
  const rates = (): RateGate[] => settings.rates.map((rate) => new RateGate(rate, settings.burst, settings.pacing))
  const sharedRates = settings.rateScope === 'all' ? rates() : []

  const ofPartition = (partition: string): Gate[] => {
    const heeding = heedingGates(partition, settings, events)
    const ownRates = settings.rateScope === 'partition' ? rates() : []
    const gates: Gate[] = [...heeding, ...ownRates]
    if (settings.perPartition !== undefined)
      gates.push(new ConcurrencyGate('concurrency per host', settings.perPartition))
    if (!settings.isAuto) return gates

    const pacing = [...gates, ...sharedRates]
    const found = new AutoConcurrencyGate({
      isPaced: (now) => pacing.some((gate) => gate.ask(now, 1).kind !== 'go'),
      loopDelay,
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
function heedingGates(partition: string, settings: ClientSettings, events: Emitter): Gate[] {
  const { clock, random, breaker, giveUpAfter, learn } = settings
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
      longest: settings.retry.maxRetryAfter,
      dateOf,
      onPause: (until) => events.emit({ type: 'partition.paused', at: clock.now(), partition, until }),
    }),
  )
  if (learn) {
    const onLearned = (rate: string): void => events.emit({ type: 'limit.learned', at: clock.now(), partition, rate })
    const announced = new AnnouncedQuotaGate(() => clock.wallTime())
    const isExplained = (settled: Settled): boolean => announced.explains(settled)
    const isPaced = settings.rates.length > 0
    gates.push(announced, new LearnedRateGate({ waitAsked: asked, isPaced, isExplained, onLearned }))
  }
  return gates
}
