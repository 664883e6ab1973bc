import { BoundedMap } from '../algorithms/bounded-map.ts'
import type { Emitter } from '../events/emitter.ts'
import type { Verdict } from '../events/event.ts'
import { partitionOf } from '../http/create-request.ts'
import { Admission } from '../policies/admission/admission.ts'
import { createGates, type Gates } from '../policies/admission/gates/create-gates.ts'
import { attemptTimeout } from '../policies/attempt-timeout/attempt-timeout.ts'
import { auth, callerName } from '../policies/auth/auth.ts'
import type { TokenKeeperParts } from '../policies/auth/token-keeper.ts'
import { Cache } from '../policies/cache/cache.ts'
import { type Judgement, judgeOnce } from '../policies/classify.ts'
import { coalesce } from '../policies/coalesce/coalesce.ts'
import { deadline } from '../policies/deadline/deadline.ts'
import type { AuthError } from '../policies/errors.ts'
import { hedge } from '../policies/hedge/hedge.ts'
import type { Outcome } from '../policies/outcome.ts'
import { ownPolicy } from '../policies/own/own-policy.ts'
import { compose, type Next } from '../policies/policy.ts'
import { redirect } from '../policies/redirect/redirect.ts'
import { poll } from '../policies/retry/poll.ts'
import { retry } from '../policies/retry/retry.ts'
import { sendOnce } from '../policies/send-once.ts'
import { announceAttempts } from './announce-attempts.ts'
import { CallLog } from './call-log.ts'
import type { ClientSettings } from './settings.ts'

/** Partitions whose retry budget is kept. */
const maxBudgets = 1_000

/** The way of a call, and the parts of it that can be asked and steered while it is in use. */
export interface Pipeline {
  readonly run: Next
  /** What an outcome means, and when the server wants to be asked again. */
  readonly judge: (outcome: Outcome) => Judgement
  readonly admission: Admission
  readonly gates: Gates
  /** Ends what is done for nobody's result. */
  readonly close: () => void
  /** What telemetry finds active where a call is asked for. */
  readonly scope: () => unknown
}

/** Wires the policies together. */
export function createPipeline(
  settings: ClientSettings,
  events: Emitter,
  sendForToken: TokenKeeperParts['send'],
): Pipeline {
  const { clock, random, transport } = settings
  const gates = createGates(settings, events, {
    wake: (partition) => admission.wake(partition),
    waiting: (partition) => admission.waitingIn(partition),
    receive: (signal) => admission.receive(signal),
  })
  const judge = judgeOnce(settings.retry.transient, () => clock.wallTime())
  const verdictOf = (outcome: Outcome): Verdict => judge(outcome).verdict
  const admission: Admission = new Admission({
    clock,
    events,
    sharedGates: gates.shared,
    partitionGates: gates.ofPartition,
    judge,
    maxWaiting: settings.maxWaiting,
  })

  const authParts = {
    clock,
    send: sendForToken,
    isPermanent: (error: AuthError) => verdictOf({ kind: 'failure', error }) === 'permanent',
  }
  const newObserver = (): CallLog => new CallLog(clock, events, judge)
  const nameOfCaller = settings.auth && callerName(settings.auth)
  const cache = settings.cache && new Cache(settings.cache, { clock, events, callerName: nameOfCaller, newObserver })

  const telemetry = settings.telemetry?.connect({ clock, classify: verdictOf })

  // Outermost first. Each line says why it stands where it stands.
  const policies = [
    ...(telemetry === undefined ? [] : [telemetry.aroundCall]), // a span for the call, whatever becomes of it
    deadline(clock), // the caller's whole budget: bounds every wait and every attempt below
    ...(settings.coalesce ? [coalesce(clock, events, nameOfCaller)] : []), // whoever joins costs nothing below, and waits no longer than it wants to
    ...(cache === undefined ? [] : [cache]), // what is fresh costs no permit and no rate
    ...settings.perCall.map((policy) => ownPolicy(policy, 'call', clock)), // the user's own: see a call once, with its last outcome
    ...(settings.retry.poll === undefined
      ? []
      : [poll(settings.retry.poll, settings.retry, { clock, random, events })]), // what is not ready is asked for again, each time with all its attempts
    retry(settings.retry, { clock, random, events, budgets: new BoundedMap(maxBudgets), judge }), // outside the limits: each attempt is admitted and counted like a first one
    ...(settings.hedge === undefined ? [] : [hedge(settings.hedge, { clock, events, admission, classify: verdictOf })]), // beside an attempt that takes long, in the place of none that waits
    redirect({
      // each hop is admitted again, in its own partition
      maxRedirects: settings.maxRedirects,
      secretHeaders: settings.ownHeaders,
      partitionOf: (url) => partitionOf(settings.partition, url, { url }),
      clock,
      events,
    }),
    ...(settings.auth === undefined ? [] : [auth(settings.auth, authParts)]), // no permit is held while a token is fetched; after a 401 it is admitted again
    admission, // rates and concurrency must say yes at the same moment; then all are taken
    announceAttempts(clock, events), // tells what is really sent, once it is admitted
    attemptTimeout(clock, settings.timeout), // starts when admitted: waiting in our own line is not the server's slowness
    ...settings.perAttempt.map((policy) => ownPolicy(policy, 'attempt', clock)), // the user's own: see what goes out, and its answer
    ...(telemetry === undefined ? [] : [telemetry.aroundRequest]), // a span for each request as it goes out, which nobody else sees
  ]
  const scope = telemetry?.scope ?? (() => undefined)
  const close = (): void => cache?.close()
  return { run: compose(policies, sendOnce(transport, clock)), judge, admission, gates, scope, close }
}
