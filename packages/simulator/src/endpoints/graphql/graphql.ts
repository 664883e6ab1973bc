import { isObject } from 'sluice/internal'
import { type Answer, json, type Question } from '../../faults/answer.ts'
import type { Dialect } from '../../limits/limit.ts'
import type { NamedLevel, Ruling } from '../../limits/limits.ts'
import { readJson } from '../catalogue/json-body.ts'
import { type RefusalWords, type Refused, type Route, route } from '../route.ts'

/** A query and its cost in points. */
interface Query {
  readonly text: string
  /** Requested cost: the variable `cost`, or else the number of names between the braces. */
  readonly requested: number
  /** Actual cost: the variable `actual`, or else the requested cost. */
  readonly actual: number
}

/**
 * `POST /graphql`: queries that cost points. With GitHub's headers the costs are reported as GitHub does, in
 * `rateLimit` where the query selects it; otherwise as Shopify does, in `extensions.cost` of every answer.
 */
export function graphqlRoutes(dialect: Dialect, now: () => number, wallTime: () => number): readonly Route[] {
  const isGitHub = dialect === 'github'
  const answer = ({ body }: Question, ruling: Ruling): Answer => {
    const query = readQuery(body)
    if (query === undefined) return json(400, { errors: [{ message: 'the body must have a query' }] })
    ruling.giveBack(now(), 'points', query.requested - query.actual)
    const level = pointsOf(ruling.levels(now()))
    const data = { shop: { name: 'Practice' } }
    if (!isGitHub) return json(200, { data, extensions: { cost: shopifyCost(query.requested, query.actual, level) } })
    if (level === undefined || !query.text.includes('rateLimit')) return json(200, { data })
    const { quota, remaining, moreIn } = level
    const resetAt = new Date(Math.ceil((wallTime() + moreIn) / 1_000) * 1_000).toISOString().replace('.000', '')
    const rateLimit = { limit: quota, cost: query.actual, remaining, used: quota - remaining, resetAt }
    return json(200, { data: { ...data, rateLimit } })
  }
  return [
    route('/graphql', answer, ['POST'], {
      cost: ({ body }) => ({ points: readQuery(body)?.requested ?? 0 }),
      words: (refused) => refusal(refused, isGitHub),
    }),
  ]
}

/** Description of the endpoint in `GET /`. */
export const graphqlEndpoints: Readonly<Record<string, string>> = {
  'POST /graphql':
    'a query that costs the points of its variable cost, or one for each name; reported as by Shopify or GitHub',
}

function readQuery(body: Uint8Array): Query | undefined {
  const value = readJson(body)
  if (!isObject(value) || typeof value.query !== 'string') return undefined
  const variables = isObject(value.variables) ? value.variables : {}
  const requested = points(variables.cost) ?? namesIn(value.query)
  return { text: value.query, requested, actual: Math.min(requested, points(variables.actual) ?? requested) }
}

function points(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000_000 ? value : undefined
}

/** Number of names between the braces of a query, arguments excluded. */
function namesIn(query: string): number {
  const selection = query.slice(query.indexOf('{')).replace(/\([^()]*\)/g, '')
  return selection.match(/[A-Za-z_]\w*/g)?.length ?? 0
}

function pointsOf(levels: readonly NamedLevel[]): NamedLevel | undefined {
  return levels.find(({ unit }) => unit === 'points')
}

function shopifyCost(requested: number, actual: number | null, level: NamedLevel | undefined): unknown {
  const cost = { requestedQueryCost: requested, actualQueryCost: actual }
  if (level?.window === undefined) return cost
  const { quota, window, remaining } = level
  const throttleStatus = {
    maximumAvailable: quota,
    currentlyAvailable: remaining,
    restoreRate: quota / (window / 1_000),
  }
  return { ...cost, throttleStatus }
}

/** GraphQL reports errors with status 200. */
function refusal({ reason, wait, cost, levels }: Refused, isGitHub: boolean): RefusalWords {
  const error = (message: string, code: string) => ({ message, extensions: { code } })
  if (reason === 'key')
    return { body: { errors: [error('the key is not known here, or was revoked', 'ACCESS_DENIED')] } }
  if (reason === 'balance') return { status: 200, body: { errors: [error('the shop is closed', 'SHOP_INACTIVE')] } }
  const cause =
    wait === Number.POSITIVE_INFINITY
      ? error('the query costs more points than the limit ever allows', 'MAX_COST_EXCEEDED')
      : error('too many points at a time', 'THROTTLED')
  if (isGitHub) return { status: 200, body: { errors: [{ type: 'RATE_LIMITED', message: 'the points are used up' }] } }
  return {
    status: 200,
    body: { errors: [cause], extensions: { cost: shopifyCost(cost.points ?? 0, null, pointsOf(levels)) } },
  }
}
