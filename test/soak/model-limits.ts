import { serveSimulator } from '@sluice/simulator'
import { type Cost, createClient } from 'sluice'
import { seededRandom } from 'sluice/testing'

/** Token estimates that the client gives for its prompts, by their accuracy. */
const estimates: Readonly<Record<string, (tokens: number, random: () => number) => Cost | undefined>> = {
  exact: (tokens) => ({ tokens }),
  'half of the cost': (tokens) => ({ tokens: tokens / 2 }),
  'one and a half times the cost': (tokens) => ({ tokens: tokens * 1.5 }),
  'wrong by up to half': (tokens, random) => ({ tokens: tokens * (0.5 + random()) }),
  none: () => undefined,
}

/** Limits of a model API per window. */
const limits = { requests: 500, tokens: 200_000 }

/** Outcome of one run as seen by the server. */
export interface ModelRun {
  readonly estimates: string
  readonly prompts: number
  readonly answered: number
  readonly refused: number
  /** Maximum number of requests and tokens in any window. */
  readonly busiest: { readonly requests: number; readonly tokens: number }
  /** Share of the token limit that was used after the first window. */
  readonly used: number
}

/** Sends prompts of 100 to 4,000 tokens over a socket, with both limits per window of `window` milliseconds. */
export async function runPrompts(count: number, known: string, window: number): Promise<ModelRun> {
  const limit = [
    `sliding:${limits.requests}/${window}ms,name=requests`,
    `sliding:${limits.tokens} tokens/${window}ms,name=tokens`,
  ]
  const api = await serveSimulator({ scenario: { limit, latency: '5ms' } })
  const client = createClient({
    baseUrl: api.url,
    rate: [`${limits.requests}/${window}ms`, `${limits.tokens} tokens/${window}ms`],
    learn: false,
    concurrency: 50,
    actualCost: ({ value }) => {
      const tokens = (value as { usage?: { total_tokens: number } } | undefined)?.usage?.total_tokens
      return tokens === undefined ? undefined : { tokens }
    },
  })
  const random = seededRandom(count)
  const arrived: { readonly at: number; readonly tokens: number }[] = []
  const costs = Array.from({ length: count }, () => Math.round(100 + 3_900 * random()))
  const prompts = costs.map((tokens) => {
    const json = { messages: [{ role: 'user', content: 'word'.repeat(tokens - 50) }], max_tokens: 50 }
    return { url: '/v1/chat/completions', method: 'POST' as const, json, cost: estimates[known]!(tokens, random) }
  })
  let answered = 0
  for await (const result of client.stream(prompts)) {
    if (!result.ok) continue
    answered++
    arrived.push({ at: performance.now(), tokens: costs[result.index]! })
  }
  const stats = api.stats()
  await client.close()
  await api.close()
  const from = arrived[0]!.at + window
  const later = arrived.filter(({ at }) => at > from)
  const tokens = later.reduce((sum, one) => sum + one.tokens, 0)
  return {
    estimates: known,
    prompts: count,
    answered,
    refused: stats.refused,
    busiest: {
      requests: stats.limits.requests?.busiestWindow ?? 0,
      tokens: stats.limits.tokens?.busiestWindow ?? 0,
    },
    used: tokens / ((limits.tokens * (later.at(-1)!.at - from)) / window),
  }
}

// `npm run soak:models`: 2,000 prompts at 500 requests and 200,000 tokens a minute, a hundred times as fast. `-- 6000`
// uses windows of 6 s, for a busy machine. By default it needs a quiet one: a process without CPU for 100 ms sends
// late.
if (import.meta.main) {
  const window = Number(process.argv[2] ?? 600)
  let isGood = true
  for (const known of Object.keys(estimates)) {
    const run = await runPrompts(2_000, known, window)
    isGood &&= run.answered === run.prompts && run.refused <= run.prompts / 1_000
    process.stdout.write(`${JSON.stringify(run)}\n`)
  }
  process.exitCode = isGood ? 0 : 1
}
