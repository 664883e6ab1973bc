import { pathToFileURL } from 'node:url'

// `measure.ts PEER WARM-UP-URL CALLS URL CALLS CONCURRENCY`: warms up, then measures one peer in a process of its own.

type Run = (url: string, calls: number, concurrency: number) => Promise<void>

const [peer = '', warmUpUrl = '', warmUpCalls = '', url = '', calls = '', concurrency = ''] = process.argv.slice(2)
const { run } = (await import(pathToFileURL(peer).href)) as { run: Run }

if (Number(warmUpCalls) > 0) await run(warmUpUrl, Number(warmUpCalls), Number(concurrency))
const before = process.cpuUsage()
const begunAt = performance.now()
await run(url, Number(calls), Number(concurrency))
const elapsed = performance.now() - begunAt
const { user, system } = process.cpuUsage(before)
const rss = process.resourceUsage().maxRSS * 1_024
process.stdout.write(`${JSON.stringify({ cpu: user + system, elapsed, rss })}\n`, () => process.exit())
