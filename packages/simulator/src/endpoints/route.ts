import { percentDecode } from 'sluice/internal'
import { type Answer, problem, type Question } from '../faults/answer.ts'
import type { NamedLevel, Ruling, Units } from '../limits/limits.ts'

/** Reason why a request is turned away before its endpoint sees it. */
export interface Refused {
  /** `limit`: too much at a time. `key`: no key that is known, or a revoked one. `balance`: the key has nothing left to spend. */
  readonly reason: 'limit' | 'key' | 'balance'
  /** Unit of the limit. */
  readonly unit: string
  /** Milliseconds until it would be allowed; Infinity if it never fits the limit. */
  readonly wait: number
  readonly cost: Units
  readonly levels: readonly NamedLevel[]
}

/** Words of an API for a refusal: its body, and its status where that is not the scenario's. */
export interface RefusalWords {
  readonly body: unknown
  readonly status?: number
}

/** Rules of an endpoint whose requests cost more than themselves. */
export interface Meter {
  /** Cost of a request in units other than requests; none if its body cannot be read. */
  cost(question: Question): Units
  words(refused: Refused): RefusalWords
}

/** An endpoint: what it answers to, and with what. */
export interface Route {
  /** Name in the statistics: `/products/:id`; in `/content/:id...` the last parameter takes the rest of the path. */
  readonly pattern: string
  readonly segments: readonly string[]
  readonly methods: readonly string[] | 'any'
  readonly answer: (question: Question, ruling: Ruling) => Answer
  readonly meter?: Meter | undefined
}

export function route(
  pattern: string,
  answer: Route['answer'],
  methods: Route['methods'] = ['GET', 'HEAD'],
  meter?: Meter,
): Route {
  return { pattern, segments: pattern.slice(1).split('/'), methods, answer, meter }
}

export function allows(route: Route, method: string): boolean {
  return route.methods === 'any' || route.methods.includes(method)
}

/** Answer to a method that the route does not support. */
export function refuseMethod(route: Route): Answer {
  const allowed = route.methods === 'any' ? 'any' : route.methods.join(', ')
  return problem(405, 'method_not_allowed', `this answers to ${allowed}`, { allow: allowed })
}

/** The values of the `:name` segments, or nothing if the path is none of the route's. */
export function paramsOf(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  const takesRest = route.pattern.endsWith('...')
  if (segments.length < route.segments.length) return undefined
  if (segments.length > route.segments.length && !takesRest) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of route.segments.entries()) {
    const segment = segments[index]!
    if (part.startsWith(':')) {
      if (segment === '') return undefined
      if (part.endsWith('...')) params[part.slice(1, -3)] = segments.slice(index).map(percentDecode).join('/')
      else params[part.slice(1)] = percentDecode(segment)
    } else if (part !== segment) return undefined
  }
  return params
}
