import { type ClientOptions, type Cost, formatDuration, type RequestSpec } from 'sluice'
import { redactHeaders, redactUrl, writeJson } from 'sluice/http'
import { formatRate, joinUrl, type Rate } from 'sluice/internal'
import type { FetchPlan } from '../plan/fetch-plan.ts'
import { amountsText } from '../terminal/text.ts'

/** Counts of a dry run. */
export interface DryRun {
  readonly total: number
  readonly bad: readonly string[]
  readonly badCount: number
  readonly hosts: ReadonlyMap<string, number>
  /** Costs by unit for each host. */
  readonly costs: ReadonlyMap<string, Record<string, number>>
  readonly first: readonly RequestSpec[]
}

const shownRequests = 5
const shownHosts = 10
const shownProblems = 5

/** Counts all requests, and keeps only those that are shown. */
export class DryRunCounter {
  total = 0
  badCount = 0
  readonly bad: string[] = []
  readonly first: RequestSpec[] = []
  readonly hosts: Map<string, number> = new Map()
  readonly costs: Map<string, Record<string, number>> = new Map()

  /** @param count number of requests to the same host that this one represents */
  add(request: RequestSpec, { baseUrl, cost }: Pick<ClientOptions, 'baseUrl' | 'cost'>, count = 1): void {
    this.total += count
    if (this.first.length < shownRequests) this.first.push(request)
    const host = joinUrl(request.url, baseUrl).host
    if (this.hosts.has(host) || this.hosts.size < 10_000) this.hosts.set(host, (this.hosts.get(host) ?? 0) + count)
    // The command's own cost function does not use the request.
    const costs: Cost = { ...cost?.(undefined as never), ...request.cost }
    for (const unit in costs) {
      const byHost = this.costs.get(unit) ?? {}
      byHost[host] = (byHost[host] ?? 0) + costs[unit]! * count
      this.costs.set(unit, byHost)
    }
  }

  addBad(message: string): void {
    this.badCount++
    if (this.bad.length < shownProblems) this.bad.push(message)
  }
}

/** The text of a dry run. */
export function dryRunText(
  dry: DryRun,
  { client, bulk }: Pick<FetchPlan, 'client' | 'bulk'>,
  redact: (text: string) => string,
): string {
  const rates = (client.rate ?? []) as readonly Rate[]
  const lines = [
    `${dry.total} requests to ${dry.hosts.size} ${dry.hosts.size === 1 ? 'host' : 'hosts'}; nothing was sent`,
    '',
    ...dry.first.map((request) => `  ${requestLine(request, client)}`),
    ...headerLines(client.headers),
    ...(dry.total > dry.first.length ? [`  and ${dry.total - dry.first.length} more`] : []),
    '',
    ...hostLines(dry.hosts),
    `limits: ${client.concurrency === 'auto' ? 'automatic' : (client.concurrency ?? 10)} in flight${rates.map((rate) => `, ${formatRate(rate)}`).join('')}`,
    ...(client.pool === undefined
      ? []
      : [`keys: ${client.pool.map(({ name }) => name).join(', ')}; each has these rates`]),
    impliedTime(dry, rates, client.rateScope === 'all', client.pool?.length ?? 1),
    ...costLines(dry, bulk.budget),
    ...dry.bad.map((message) => `bad input: ${message}`),
    ...(dry.badCount > dry.bad.length ? [`and ${dry.badCount - dry.bad.length} more bad inputs`] : []),
  ]
  return `${redact(lines.join('\n'))}\n`
}

function requestLine(request: RequestSpec, { baseUrl }: ClientOptions): string {
  const method = request.method ?? (request.body === undefined && request.json === undefined ? 'GET' : 'POST')
  const body = request.json === undefined ? request.body : writeJson(request.json)
  const size =
    typeof body === 'string' || body instanceof Uint8Array ? `, body of ${Buffer.byteLength(body)} bytes` : ''
  return `${method} ${redactUrl(joinUrl(request.url, baseUrl).href)}${request.id === undefined ? '' : `, id ${request.id}`}${size}`
}

function headerLines(headers: ClientOptions['headers']): string[] {
  const given = Object.entries(headers ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.entries(redactHeaders(Object.fromEntries(given))).map(([name, value]) => `    ${name}: ${value}`)
}

function hostLines(hosts: ReadonlyMap<string, number>): string[] {
  if (hosts.size < 2) return []
  const byCount = [...hosts].sort(([, a], [, b]) => b - a)
  return [
    ...byCount.slice(0, shownHosts).map(([host, count]) => `  ${String(count).padStart(8)}  ${host}`),
    ...(byCount.length > shownHosts ? [`  and ${byCount.length - shownHosts} more hosts`] : []),
    '',
  ]
}

/** Minimum duration according to the rates. The server's response time is unknown. */
function impliedTime({ total, hosts, costs }: DryRun, rates: readonly Rate[], isShared: boolean, keys: number): string {
  if (rates.length === 0) return 'time: as long as the server takes; no rate is set'
  const sumOrMost = (counts: readonly number[]): number =>
    isShared ? counts.reduce((one, other) => one + other, 0) : Math.max(0, ...counts)
  const requests = isShared ? total : sumOrMost([...hosts.values()])
  const times = rates.map(({ count, per, unit }) => {
    const counted =
      unit === undefined ? requests - keys : sumOrMost(Object.values(costs.get(unit) ?? {})) - count * keys
    return (Math.max(0, counted) * per) / (count * keys)
  })
  const longest = Math.max(...times)
  return `time: at least ${formatDuration(longest)}, by the rates given`
}

/** Known costs of all requests, and the budget. */
function costLines({ costs }: DryRun, budget: Cost | undefined): string[] {
  const sums = [...costs].map(([unit, byHost]) => [unit, Object.values(byHost).reduce((one, other) => one + other, 0)])
  return [
    ...(sums.length === 0 ? [] : [`costs: at most ${amountsText(Object.fromEntries(sums))}`]),
    ...(budget === undefined ? [] : [`budget: ${amountsText(budget)}`]),
  ]
}
