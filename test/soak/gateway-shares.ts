import { createGateway } from '@sluice/gateway'
import { serveSimulator } from '@sluice/simulator'

/** A program that calls an API through the gateway. */
export interface SharesProgram {
  readonly name: string
  /** Prefix of its `User-Agent`. */
  readonly userAgent: string
  /** Sends requests to this URL until the signal aborts. */
  readonly run: (url: string, signal: AbortSignal) => Promise<void>
}

export interface SharesPlan {
  /** Requests per second that the API allows, in fixed windows. */
  readonly perSecond: number
  readonly seconds: number
  /** Concurrent requests of each program. */
  readonly atOnce: number
  readonly programs: readonly SharesProgram[]
}

/** Results as seen by the programs, a person, and the API. */
export interface SeenShares {
  /** Responses to each program while all of them ran, by status. */
  readonly programs: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Results of a person who sends a request each second. */
  readonly person: {
    readonly statuses: readonly number[]
    /** Longest wait in milliseconds. */
    readonly longestWait: number
    /** Maximum number of responses to programs while the person waited for one. */
    readonly mostBefore: number
  }
  /** Requests refused by the API. */
  readonly refused: number
  /** Share of the quota used. */
  readonly used: number
}

/** Lets several programs and a person use one gateway for some seconds. */
export async function seeShares({ perSecond, seconds, atOnce, programs }: SharesPlan): Promise<SeenShares> {
  const limit = [`fixed:${perSecond}/s`]
  const api = await serveSimulator({ scenario: { extends: 'products', latency: '20ms', limit } })
  const answers = new Map<string, Record<string, number>>()
  const gateway = createGateway({
    upstreams: [{ url: api.url, client: { rate: `${perSecond}/s`, concurrency: perSecond } }],
    intercept({ headers }, response) {
      const { name } = programs.find(({ userAgent }) => headers['user-agent']?.startsWith(userAgent)) ?? { name: '' }
      response.once('finish', () => {
        const seen = answers.get(name)
        if (seen !== undefined) seen[response.statusCode] = (seen[response.statusCode] ?? 0) + 1
      })
      return false
    },
  })
  const { url } = await gateway.listen()
  const stop = new AbortController()
  const running = programs.map(({ run }) => run(url, stop.signal))
  try {
    // Waits until the slowest program has started.
    while (gateway.figures().upstreams[0]!.waiting < 0.8 * atOnce * programs.length) await pause(50)
    for (const { name } of programs) answers.set(name, {})
    const before = api.stats().requests
    const startedAt = performance.now()
    const statuses: number[] = []
    let longestWait = 0
    let mostBefore = 0
    const countAll = (): number => gateway.figures().upstreams[0]!.ended
    while (performance.now() - startedAt < seconds * 1_000) {
      const sentAt = performance.now()
      const endedBefore = countAll()
      const response = await fetch(`${url}/products/1`, { headers: { 'user-agent': 'a person' } })
      await response.arrayBuffer()
      statuses.push(response.status)
      longestWait = Math.max(longestWait, performance.now() - sentAt)
      mostBefore = Math.max(mostBefore, countAll() - endedBefore)
      await pause(Math.max(0, 1_000 - (performance.now() - sentAt)))
    }
    const { refused, requests } = api.stats()
    const used = ((requests - before) * 1_000) / ((performance.now() - startedAt) * perSecond)
    const seen = Object.fromEntries(Array.from(answers, ([name, counts]) => [name, { ...counts }]))
    return { programs: seen, person: { statuses, longestWait, mostBefore }, refused, used }
  } finally {
    stop.abort()
    await Promise.allSettled(running)
    await gateway.drain(0)
    await api.close()
  }
}

/** A program in this process with `atOnce` concurrent requests. */
export function fetchLoop(name: string, atOnce: number): SharesProgram {
  return {
    name,
    userAgent: name,
    async run(url, signal) {
      const loop = async (): Promise<void> => {
        while (!signal.aborted) {
          const response = await fetch(`${url}/products/2`, { signal, headers: { 'user-agent': name } })
          await response.arrayBuffer()
        }
      }
      await Promise.allSettled(Array.from({ length: atOnce }, loop))
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
