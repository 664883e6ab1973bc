import { percentDecode } from 'sluice/internal'
import { type Answer, problem, type Question } from '../faults/answer.ts'
import type { NamedLevel, Ruling, Units } from '../limits/limits.ts'

/** Reason for which a request is refused before it reaches its endpoint. */
export interface Refused {
  /** `limit`: over a limit. `key`: unknown or revoked key. `balance`: the key's balance is used up. */
  readonly reason: 'limit' | 'key' | 'balance'
  /** Unit of the limit. */
  readonly unit: string
  /** Milliseconds until it would be allowed; Infinity if it never fits the limit. */
  readonly wait: number
  readonly cost: Units
  readonly levels: readonly NamedLevel[]
}

/** An API's own response to a refusal: its body, and its status if it differs from the scenario's. */
export interface RefusalWords {
  readonly body: unknown
  readonly status?: number
}

/** Cost rules of an endpoint whose requests count in other units too. */
export interface Meter {
  /** Cost of a request in units other than requests; empty if the body cannot be read. */
  cost(question: Question): Units
  words(refused: Refused): RefusalWords
}

/** An endpoint: the requests that it matches and how it answers them. */
export interface Route {
  /**
   * Name in the statistics, such as `/products/:id`; in `/content/:id...` the last parameter takes the rest of the
   * path.
   */
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
  return problem(405, 'method_not_allowed', `the allowed methods are ${allowed}`, { allow: allowed })
}

/** Values of the `:name` segments; undefined if the path does not match. */
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
