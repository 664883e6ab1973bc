import { BoundedMap } from '../algorithms/bounded-map.ts'
import type { RetryBudget } from '../algorithms/retry/retry-budget.ts'
import type { Emitter } from '../events/emitter.ts'
import type { Verdict } from '../events/event.ts'
import { partitionOf } from '../http/create-request.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import { Admission } from '../policies/admission/admission.ts'
import { createGates, type Gates } from '../policies/admission/gates/create-gates.ts'
import { attemptTimeout } from '../policies/attempt-timeout/attempt-timeout.ts'
import { type Auth, auth, callerName } from '../policies/auth/auth.ts'
import type { TokenKeeperParts } from '../policies/auth/token-keeper.ts'
import { Cache } from '../policies/cache/cache.ts'
import { type Judgement, judgeOnce } from '../policies/classify.ts'
import { coalesce } from '../policies/coalesce/coalesce.ts'
import { Costs } from '../policies/costs/costs.ts'
import { cookies } from '../policies/custom/cookies.ts'
import { guardedPolicy } from '../policies/custom/guarded-policy.ts'
import { deadline } from '../policies/deadline/deadline.ts'
import { hedge } from '../policies/hedge/hedge.ts'
import type { Outcome } from '../policies/outcome.ts'
import { compose, type Next, type Policy } from '../policies/policy.ts'
import { pool } from '../policies/pool/pool.ts'
import { redirect } from '../policies/redirect/redirect.ts'
import { poll } from '../policies/retry/poll.ts'
import { retry } from '../policies/retry/retry.ts'
import { sendOnce } from '../policies/send-once.ts'
import { uniqueKey } from '../random/unique-key.ts'
import type { Clock } from '../time/clock.ts'
import { CallLog } from './call-log.ts'
import { costedValue } from './read-value.ts'
import type { ClientOptions, ClientSettings } from './settings.ts'

/** Partitions whose retry budget is kept. */
const maxBudgets = 1_000

/** The limits of a client, which those that are extended from it share. */
export interface Limits {
  readonly admission: Admission
  readonly gates: Gates
  /** Verdict about an outcome, and when the server wants to be asked again. */
  readonly judge: (outcome: Outcome) => Judgement
  readonly costs: Costs
  /** Retry budgets by partition. */
  readonly budgets: BoundedMap<string, RetryBudget>
}

/** Makes the limits that the settings ask for. */
export function createLimits(settings: ClientSettings, events: Emitter): Limits {
  const { clock, maxWaiting } = settings
  const readsPoints = settings.retry.transient.graphql === true
  const readValue = (request: ApiRequest, response: ApiResponse): unknown =>
    costedValue(request, response, settings.bigNumbers)
  const costs = new Costs(settings.actualCost, readValue, readsPoints)
  const gates = createGates(settings, events, costs, {
    wake: (partition) => admission.wake(partition),
    waiting: (partition) => admission.waitingIn(partition),
    receive: (signal, partition) => admission.receive(signal, partition),
  })
  const judge = judgeOnce(settings.retry.transient, () => clock.wallTime())
  const admission: Admission = new Admission({
    clock,
    events,
    sharedGates: gates.shared,
    partitionGates: gates.ofPartition,
    judge,
    maxWaiting,
    costs,
  })
  return { admission, gates, judge, costs, budgets: new BoundedMap(maxBudgets) }
}

/** The way of a call through the policies of one client. */
export interface Pipeline {
  readonly run: Next
  readonly judge: (outcome: Outcome) => Judgement
  /** Ends background work. */
  readonly close: () => void
  /** Reads the telemetry context that is active where a call is requested. */
  readonly scope: () => unknown
  /** Parts with a state that an extended client shares unless it has its own. */
  readonly auth: { readonly policy: Policy; readonly callerName: () => string } | undefined
  readonly cache: Cache | undefined
}

export interface PipelineParts {
  readonly sendForToken: TokenKeeperParts['send']
  /** That of the client that this one is extended from. */
  readonly origin: Pipeline | undefined
  /** Options in which it differs from that. */
  readonly changes: ClientOptions
}

/** Wires the policies together. */
export function createPipeline(
  settings: ClientSettings,
  events: Emitter,
  { admission, judge: judgeOfLimits, budgets }: Limits,
  { sendForToken, origin, changes }: PipelineParts,
): Pipeline {
  const { clock, random, transport } = settings
  const judge =
    changes.retry === undefined
      ? (origin?.judge ?? judgeOfLimits)
      : judgeOnce(settings.retry.transient, () => clock.wallTime())
  const verdictOf = (outcome: Outcome): Verdict => judge(outcome).verdict
  const newAuth = (given: Auth): Pipeline['auth'] => ({
    policy: auth(given, {
      clock,
      send: sendForToken,
      isPermanent: (error) => verdictOf({ kind: 'failure', error }) === 'permanent',
    }),
    callerName: callerName(given),
  })
  const authentication =
    changes.auth === undefined && origin !== undefined ? origin.auth : settings.auth && newAuth(settings.auth)
  // The key of a request is not known beforehand: to caches all keys of a pool are one caller.
  const poolName = settings.pool === undefined ? undefined : uniqueKey()
  const nameOfCaller = poolName === undefined ? authentication?.callerName : () => poolName
  const newObserver = (): CallLog => new CallLog(clock, events, judge)
  const isCacheShared = origin !== undefined && changes.cache === undefined && changes.auth === undefined
  const cache = isCacheShared
    ? origin.cache
    : settings.cache && new Cache(settings.cache, { clock, events, callerName: nameOfCaller, newObserver })

  const telemetry = settings.telemetry?.connect({ clock, classify: verdictOf })

  // Outermost first. Each line says why it stands where it stands.
  const policies = [
    ...(telemetry === undefined ? [] : [telemetry.aroundCall]), // a span for the call, whatever becomes of it
    deadline(clock), // the caller's whole budget: bounds every wait and every attempt below
    ...(settings.coalesce ? [coalesce(clock, events, nameOfCaller)] : []), // a joined call costs nothing below, and keeps its own deadline
    ...(cache === undefined ? [] : [cache]), // what is fresh costs no permit and no rate
    ...settings.perCall.map((policy) => guardedPolicy(policy, 'call', clock)), // the user's own: see a call once, with its last outcome
    ...(settings.retry.poll === undefined
      ? []
      : [poll(settings.retry.poll, settings.retry, { clock, random, events })]), // what is not ready is requested again, each time with all its attempts
    retry(settings.retry, { clock, random, events, budgets, judge }), // outside the limits: each attempt is admitted and counted like a first one
    ...(settings.hedge === undefined ? [] : [hedge(settings.hedge, { clock, events, admission, classify: verdictOf })]), // beside an attempt that takes long, in the place of none that waits
    redirect({
      // each hop is admitted again, in its own partition
      maxRedirects: settings.maxRedirects,
      secretHeaders: settings.ownHeaders,
      partitionOf: (url) => partitionOf(settings.partition, url, { url }),
      clock,
      events,
    }),
    ...(settings.pool === undefined ? [] : [pool(settings.pool.length)]), // a refused key costs no attempt while there is another
    ...(authentication === undefined ? [] : [authentication.policy]), // no permit is held while a token is fetched; after a 401 it is admitted again
    admission, // rates and concurrency must say yes at the same moment; then all are taken
    announceAttempts(clock, events), // tells what is really sent, once it is admitted
    attemptTimeout(clock, settings.timeout), // starts when admitted: waiting in our own line is not the server's slowness
    ...settings.perAttempt.map((policy) => guardedPolicy(policy, 'attempt', clock)), // the user's own: see what goes out, and its answer
    ...(settings.cookies === undefined ? [] : [guardedPolicy(cookies(settings.cookies), 'attempt', clock)]), // each request gets those of its own host
    ...(telemetry === undefined ? [] : [telemetry.aroundRequest]), // a span for each request that is sent, invisible to other policies
  ]
  const scope = telemetry?.scope ?? (() => undefined)
  const close = (): void => (isCacheShared ? undefined : cache?.close())
  return { run: compose(policies, sendOnce(transport, clock)), judge, scope, close, auth: authentication, cache }
}

/** Tells listeners that an attempt goes out. */
function announceAttempts(clock: Clock, events: Emitter): Policy {
  return {
    name: 'announceAttempts',
    run(attempt, next) {
      if (events.isHeard) {
        const { request, number, queued } = attempt
        const key = attempt.key === undefined ? undefined : { key: attempt.key.name }
        events.emit({ type: 'attempt.started', at: clock.now(), request, attempt: number, queued, ...key })
      }
      return next(attempt)
    },
  }
}
