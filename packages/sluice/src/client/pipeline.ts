import type { Emitter } from '../events/emitter.ts'
import { Admission } from '../policies/admission/admission.ts'
import { ConcurrencyGate } from '../policies/admission/concurrency-gate.ts'
import type { Gate, Settled } from '../policies/admission/gate.ts'
import { HoldGate } from '../policies/admission/hold-gate.ts'
import { LearnedRateGate } from '../policies/admission/learned-rate-gate.ts'
import { PauseGate } from '../policies/admission/pause-gate.ts'
import { RateGate } from '../policies/admission/rate-gate.ts'
import { attemptTimeout } from '../policies/attempt-timeout/attempt-timeout.ts'
import { classify } from '../policies/classify.ts'
import { deadline } from '../policies/deadline/deadline.ts'
import { compose, type Next } from '../policies/policy.ts'
import { redirect } from '../policies/redirect/redirect.ts'
import { retry } from '../policies/retry/retry.ts'
import { waitAsked } from '../policies/retry/should-retry.ts'
import { sendOnce } from '../policies/send-once.ts'
import { announceAttempts } from './announce-attempts.ts'
import type { ClientSettings } from './settings.ts'

/** The way of a call, and the parts of it that can be asked and steered while it is in use. */
export interface Pipeline {
  readonly run: Next
  readonly admission: Admission
  readonly concurrency: ConcurrencyGate
  readonly hold: HoldGate
}

/** Wires the policies together. */
export function createPipeline(settings: ClientSettings, events: Emitter): Pipeline {
  const { clock, random, transport } = settings
  const hold = new HoldGate()
  const concurrency = new ConcurrencyGate('concurrency', settings.concurrency)
  const rates = (): RateGate[] => settings.rates.map((rate) => new RateGate(rate, settings.burst))
  const admission = new Admission({
    clock,
    events,
    sharedGates: [hold, ...(settings.rateScope === 'all' ? rates() : []), concurrency],
    partitionGates: (partition) => [
      ...learningGates(partition, settings, events),
      ...(settings.rateScope === 'partition' ? rates() : []),
      ...(settings.perPartition === undefined
        ? []
        : [new ConcurrencyGate('concurrency per host', settings.perPartition)]),
    ],
    classify: (outcome) => classify(outcome, settings.retry.transient),
    maxWaiting: settings.maxWaiting,
  })

  // Outermost first. Each line says why it stands where it stands.
  const policies = [
    deadline(clock), // the caller's whole budget: bounds every wait and every attempt below
    retry(settings.retry, { clock, random, events }), // outside the limits: each attempt is admitted and counted like a first one
    redirect({
      // each hop is admitted again, in its own partition
      maxRedirects: settings.maxRedirects,
      secretHeaders: settings.ownHeaders,
      partitionOf: (url) => settings.partition?.(url, { url }) ?? url.origin,
      clock,
      events,
    }),
    admission, // rates and concurrency must say yes at the same moment; then all are taken
    announceAttempts(clock, events), // tells what is really sent, once it is admitted
    attemptTimeout(clock, settings.timeout), // starts when admitted: waiting in our own line is not the server's slowness
  ]
  return { run: compose(policies, sendOnce(transport, clock)), admission, concurrency, hold }
}

/** The gates that heed what a server says and does. */
function learningGates(
  partition: string,
  { clock, retry: { maxRetryAfter }, learn }: ClientSettings,
  events: Emitter,
): Gate[] {
  const asked = ({ outcome }: Settled): number | undefined => waitAsked(outcome, clock.wallTime())
  const pause = new PauseGate({
    waitAsked: asked,
    longest: maxRetryAfter,
    dateOf: (moment) => clock.wallTime() + moment - clock.now(),
    onPause: (until) => events.emit({ type: 'partition.paused', at: clock.now(), partition, until }),
  })
  if (!learn) return [pause]
  const learned = new LearnedRateGate(asked, (rate) => {
    events.emit({ type: 'limit.learned', at: clock.now(), partition, rate })
  })
  return [pause, learned]
}
