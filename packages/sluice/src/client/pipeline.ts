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

/** Maximum number of partitions whose retry budget is stored. */
const maxBudgets = 1_000

/** Limits of a client, shared with the clients that extend it. */
export interface Limits {
  readonly admission: Admission
  readonly gates: Gates
  /** Verdict about an outcome, and the time at which the server allows a retry. */
  readonly judge: (outcome: Outcome) => Judgement
  readonly costs: Costs
  /** Retry budgets by partition. */
  readonly budgets: BoundedMap<string, RetryBudget>
}

/** Creates the limits from the settings. */
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

/** Chain of policies that a call of one client passes through. */
export interface Pipeline {
  readonly run: Next
  readonly judge: (outcome: Outcome) => Judgement
  /** Ends background work. */
  readonly close: () => void
  /** Reads the telemetry context that is active when a call is requested. */
  readonly scope: () => unknown
  /** Stateful parts that an extended client shares unless it overrides them. */
  readonly auth: { readonly policy: Policy; readonly callerName: () => string } | undefined
  readonly cache: Cache | undefined
}

export interface PipelineParts {
  readonly sendForToken: TokenKeeperParts['send']
  /** Pipeline of the client that this one extends. */
  readonly origin: Pipeline | undefined
  /** Options that differ from the origin's. */
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
  // The key of a request is not known in advance: caches treat all keys of a pool as one caller.
  const poolName = settings.pool === undefined ? undefined : uniqueKey()
  const nameOfCaller = poolName === undefined ? authentication?.callerName : () => poolName
  const newObserver = (): CallLog => new CallLog(clock, events, judge)
  const isCacheShared = origin !== undefined && changes.cache === undefined && changes.auth === undefined
  const cache = isCacheShared
    ? origin.cache
    : settings.cache && new Cache(settings.cache, { clock, events, callerName: nameOfCaller, newObserver })

  const telemetry = settings.telemetry?.connect({ clock, classify: verdictOf })

  // Outermost first. Each comment gives the reason for the position.
  const policies = [
    ...(telemetry === undefined ? [] : [telemetry.aroundCall]), // one span per call, whatever its outcome
    deadline(clock), // bounds every wait and every attempt below
    ...(settings.coalesce ? [coalesce(clock, events, nameOfCaller)] : []), // a joined call costs nothing below, and keeps its own deadline
    ...(cache === undefined ? [] : [cache]), // a fresh cache entry needs no permit and uses no rate
    ...settings.perCall.map((policy) => guardedPolicy(policy, 'call', clock)), // custom policies: see a call once, with its last outcome
    ...(settings.retry.poll === undefined
      ? []
      : [poll(settings.retry.poll, settings.retry, { clock, random, events })]), // a result that is not ready is requested again, each time with a full set of attempts
    retry(settings.retry, { clock, random, events, budgets, judge }), // outside the limits: each retry is admitted and counted like a first attempt
    ...(settings.hedge === undefined ? [] : [hedge(settings.hedge, { clock, events, admission, classify: verdictOf })]), // races a slow attempt; the extra attempt never displaces a waiting call
    redirect({
      // each hop is admitted separately, in its own partition
      maxRedirects: settings.maxRedirects,
      secretHeaders: settings.ownHeaders,
      partitionOf: (url) => partitionOf(settings.partition, url, { url }),
      clock,
      events,
    }),
    ...(settings.pool === undefined ? [] : [pool(settings.pool.length)]), // a refused key uses no attempt while another key is available
    ...(authentication === undefined ? [] : [authentication.policy]), // no permit is held while a token is fetched; after a 401 the attempt is admitted again
    admission, // rates and concurrency must allow an attempt at the same moment; then all are taken
    announceAttempts(clock, events), // reports an attempt once it is admitted and really sent
    attemptTimeout(clock, settings.timeout), // starts after admission: time in the local queue does not count against the server
    ...settings.perAttempt.map((policy) => guardedPolicy(policy, 'attempt', clock)), // custom policies: see each request and its response
    ...(settings.cookies === undefined ? [] : [guardedPolicy(cookies(settings.cookies), 'attempt', clock)]), // each request gets the cookies of its own host
    ...(telemetry === undefined ? [] : [telemetry.aroundRequest]), // one span per request sent, not visible to other policies
  ]
  const scope = telemetry?.scope ?? (() => undefined)
  const close = (): void => (isCacheShared ? undefined : cache?.close())
  return { run: compose(policies, sendOnce(transport, clock)), judge, scope, close, auth: authentication, cache }
}

/** Notifies listeners when an attempt is sent. */
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
