import type { Clock } from 'sluice'
import { type Random, seededRandom, systemClock } from 'sluice/internal'
import { Capacity } from './capacity.ts'
import type { Refused } from './endpoints/route.ts'
import { createRouter, type Match, type Router } from './endpoints/routes.ts'
import { type Answer, json, problem } from './faults/answer.ts'
import { type ConnectionFault, drawConnectionFault } from './faults/connection-fault.ts'
import { drawFault, type Fault } from './faults/fault.ts'
import type { Plan } from './faults/plan.ts'
import { spoil } from './faults/spoil.ts'
import { drawLatency } from './latency/latency.ts'
import { type KeyRule, keyOf } from './limits/keys.ts'
import { limitHeaders } from './limits/limit-headers.ts'
import { Limits } from './limits/limits.ts'
import { TimedLine } from './line/line.ts'
import { httpDate, turnedAway } from './refusal.ts'
import type { SimulatorRequest } from './request.ts'
import { resolveScenario, type ScenarioInput } from './scenario/resolve-scenario.ts'
import { type Conduct, conductOf, type Scenario } from './scenario/scenario.ts'
import { type Arrival, type SimulatorStats, Statistics } from './stats/statistics.ts'
import { OpenVisit, type Visit } from './visit.ts'

/** A practice API without sockets: it decides what is answered and when, on its clock. */
export interface Simulator {
  readonly scenario: Scenario
  readonly clock: Clock
  /** The last 100,000 arrivals, oldest first. */
  readonly arrivals: readonly Arrival[]
  /** Accepts a request. The caller reports its end with the visit's `end`. */
  arrive(request: SimulatorRequest): Visit
  stats(): SimulatorStats
  /** For servers on sockets: counts a connection. Returns the connection's fault, if any. */
  connectionOpened(): ConnectionFault | undefined
  /** Counts an HTTP/2 stream. */
  streamOpened(): void
  /**
   * Starts over: time, random numbers, limits, counts. Requests in flight end uncounted. `POST /__reset` does the
   * same.
   */
  reset(): void
  /** Ends every visit, so that no timer is left; pending requests get no response. */
  close(): void
}

export interface SimulatorOptions {
  /** @default systemClock */
  readonly clock?: Clock | undefined
  /** @default random from the scenario's seed */
  readonly random?: Random | undefined
}

/**
 * Creates a practice API for a scenario, by name or as options (default: `products`).
 *
 * The same scenario, clock, random numbers and arrivals give the same responses at the same times.
 *
 * @throws SettingsError if the scenario is invalid.
 */
export function createSimulator(scenario?: ScenarioInput, options: SimulatorOptions = {}): Simulator {
  return new PracticeApi(resolveScenario(scenario), options)
}

/** True for a simulator, false for a scenario. */
export function isSimulator(value: unknown): value is Simulator {
  return typeof value === 'object' && value !== null && 'arrive' in value
}

/** State that a reset replaces. */
interface Epoch {
  readonly startedAt: number
  readonly random: Random
  readonly limits: Limits
  readonly router: Router
  readonly statistics: Statistics
}

/** Random decisions for one request. */
interface Drawn {
  readonly latency: number
  readonly chance: Fault | undefined
}

class PracticeApi implements Simulator {
  readonly scenario: Scenario
  readonly clock: Clock
  readonly #random: Random | undefined
  readonly #capacity: Capacity
  readonly #line: TimedLine | undefined
  readonly #visits = new Set<OpenVisit>()
  #epoch: Epoch

  constructor(scenario: Scenario, options: SimulatorOptions) {
    this.scenario = scenario
    this.clock = options.clock ?? systemClock
    this.#random = options.random
    this.#capacity = new Capacity(scenario.capacity?.servers, scenario.capacity?.queue)
    this.#line = scenario.line === undefined ? undefined : new TimedLine(this.clock, scenario.line)
    this.#epoch = this.#newEpoch()
  }

  get arrivals(): readonly Arrival[] {
    return this.#epoch.statistics.arrivals
  }

  stats(): SimulatorStats {
    const { statistics, limits } = this.#epoch
    return statistics.read(limits.stats())
  }

  connectionOpened(): ConnectionFault | undefined {
    this.#epoch.statistics.connectionOpened()
    return drawConnectionFault(this.scenario.connectionFaults, this.#epoch.random)
  }

  streamOpened(): void {
    this.#epoch.statistics.streamOpened()
  }

  reset(): void {
    // Requests in flight belong to the epoch in which they arrived: they end there and are not part of the new counts.
    this.#epoch = this.#newEpoch()
  }

  close(): void {
    for (const visit of this.#visits) visit.end('answered')
    this.#line?.clear()
  }

  arrive(request: SimulatorRequest): Visit {
    const control = this.#control(request)
    const visit = new OpenVisit(this.clock, control === undefined ? this.#line : undefined)
    if (control === undefined) this.#take(request, visit)
    else visit.answerIn(0, () => this.#dated(spoil(control, undefined), {}))
    return visit
  }

  #newEpoch(): Epoch {
    const startedAt = this.clock.now()
    return {
      startedAt,
      random: this.#random ?? seededRandom(this.scenario.seed),
      limits: new Limits(this.scenario.limits, this.scenario.competitor, this.scenario.keys),
      router: createRouter(
        this.scenario,
        () => this.clock.now() - startedAt,
        () => this.clock.wallTime(),
      ),
      statistics: new Statistics(),
    }
  }

  /** `/__stats` and `/__reset` are never limited, delayed or counted. */
  #control({ method, path }: SimulatorRequest): Answer | undefined {
    const name = path.split('?', 1)[0]
    if (name !== '/__stats' && name !== '/__reset') return undefined
    const wanted = name === '/__stats' ? 'GET' : 'POST'
    if (method !== wanted)
      return problem(405, 'method_not_allowed', `the allowed method is ${wanted}`, { allow: wanted })
    if (name === '/__reset') this.reset()
    return json(200, name === '/__stats' ? this.stats() : { reset: true })
  }

  #take(request: SimulatorRequest, visit: OpenVisit): void {
    const { startedAt, limits, router, statistics } = this.#epoch
    const { method, path, headers } = request
    const now = this.clock.now() - startedAt
    const origin = request.origin ?? `http://${headers.host ?? 'localhost'}`
    const match = router({ method, target: path, headers, body: request.body ?? nothing, origin })
    const key = headers['idempotency-key']
    statistics.arrived({ at: now, method, path, ...(key === undefined ? undefined : { key }) }, match.group)
    this.#visits.add(visit)
    visit.onEnd((how) => {
      this.#visits.delete(visit)
      statistics.left(how)
    })
    const answer = (said: Answer, fault: Fault | undefined, extra: Readonly<Record<string, string>>) => {
      const plan = this.#dated(spoil(said, fault), extra)
      statistics.answered(plan, fault?.kind === 'status' ? undefined : fault?.kind)
      return plan
    }

    const conduct = conductOf(this.scenario, path)
    const outage = conduct.outages.find(({ from, to }) => from <= now && now < to)
    if (outage !== undefined) {
      visit.answerIn(0, () => answer(unavailable, outage.how === 'reset' ? { kind: 'reset' } : undefined, {}))
      return
    }

    const wallTime = this.clock.wallTime()
    const turnAway = (refused: Refused, told: Readonly<Record<string, string>>) => {
      statistics.refused(rule?.name)
      const said = turnedAway(this.scenario.refusal, refused, match.words(refused), wallTime)
      visit.answerIn(0, () => answer(said, undefined, told))
    }
    const rule = match.group === '/' ? undefined : this.#ruleOf(request)
    if (rule !== undefined) statistics.keyUsed(rule.name)
    const trouble = match.group === '/' ? undefined : this.#troubleWith(rule, now)
    if (trouble !== undefined) {
      turnAway({ reason: trouble, unit: 'requests', wait: 0, cost: match.cost, levels: [] }, {})
      return
    }

    const ruling = limits.ask(request, now, match.cost, rule)
    const levels = ruling.levels(now)
    const told = limitHeaders(this.scenario.headers, levels, wallTime)
    if (!ruling.allowed) {
      turnAway({ reason: 'limit', unit: ruling.unit, wait: ruling.wait, cost: match.cost, levels }, told)
      return
    }
    visit.onEnd(() => ruling.release())
    // Drawn on arrival, in its order, so that it does not depend on the duration of other requests.
    const drawn = this.#draw(conduct, now)
    this.#serve(visit, { ...match, answer: () => match.answer(ruling) }, drawn, (said, fault) =>
      answer(said, fault, told),
    )
  }

  #draw({ latency, faults }: Conduct, now: number): Drawn {
    const { random } = this.#epoch
    return { latency: drawLatency(latency, now, random), chance: drawFault(faults, this.scenario, random) }
  }

  #ruleOf(request: SimulatorRequest): KeyRule | undefined {
    const { keys } = this.scenario
    if (keys.length === 0) return undefined
    const key = keyOf(request)
    return keys.find(({ name }) => name === key)
  }

  #troubleWith(rule: KeyRule | undefined, now: number): 'key' | 'balance' | undefined {
    if (this.scenario.keys.length === 0) return undefined
    if (rule === undefined || now >= rule.revokedAt) return 'key'
    return now >= rule.exhaustedAt ? 'balance' : undefined
  }

  #serve(
    visit: OpenVisit,
    match: Pick<Match, 'group'> & { answer(): Answer },
    { latency, chance }: Drawn,
    answer: (said: Answer, fault?: Fault) => Plan,
  ): void {
    const { statistics } = this.#epoch
    const place = this.#capacity.enter(() => {
      const said = match.answer()
      const fault = said.fault ?? (match.group === '/' ? undefined : chance)
      visit.answerIn(said.delay ?? latency, () => answer(said, fault))
    })
    if (place !== undefined) {
      visit.onEnd(() => place.leave())
      return
    }
    statistics.overloaded()
    visit.answerIn(0, () => answer(overloaded))
  }

  #dated(plan: Plan, extra: Readonly<Record<string, string>>): Plan {
    if (plan.kind !== 'answer') return plan
    return { ...plan, headers: { ...plan.headers, ...extra, date: httpDate(this.clock.wallTime()) } }
  }
}

const nothing = new Uint8Array()
const unavailable = problem(503, 'unavailable', 'this API is temporarily unavailable')
const overloaded = problem(503, 'overloaded', 'too many requests are waiting already')
