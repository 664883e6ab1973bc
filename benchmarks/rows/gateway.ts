import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Bench, Comparison, Entry, Measured } from '../bench.ts'
import { cpuHead, cpuLines, cpuRatio } from '../figures.ts'
import { decimals, ranged } from '../format.ts'
import { type Peer, peers } from '../peers/index.ts'
import { pinned } from '../pinning.ts'
import { proxies } from '../proxies/index.ts'
import type { ReverseProxy } from '../proxies/proxy.ts'
import { ProxyProcess } from '../proxies/proxy-process.ts'
import { atMost, type Row } from '../row.ts'
import { type Spread, spreadOf } from '../statistics.ts'
import { type Sample, takeTurn } from '../turn.ts'

const milliseconds = (value: number): string => `${decimals(2)(value)} ms`

/** A proxy that takes part: as the peer that figures are kept for, its process, and what was measured. */
interface Contestant {
  readonly entry: Entry
  readonly process: ProxyProcess
  readonly samples: Sample[]
  /** Milliseconds that it has added to the median of calls, by round. */
  readonly added: number[]
}

export const gateway: Row = {
  name: 'gateway',
  title: 'CPU per request of the gateway',
  about:
    'Reverse proxies in front of the same server. CPU is that of the proxy alone, with 32 requests in flight; it has one ' +
    'core, client and server share the other. Added time is the increase of the median of 1,000 sequential calls.',
  async measure(bench) {
    const given: readonly ReverseProxy[] = Object.values(proxies)
    const leftOut: Comparison['leftOut'][number][] = []
    const calls = bench.scaled(20_000)
    await using stack = new AsyncDisposableStack()
    const contestants: Contestant[] = []
    for (const proxy of given) {
      const reason = whyLeftOut(proxy)
      if (reason !== undefined) {
        leftOut.push({ label: proxy.name, reason })
        continue
      }
      bench.settings.tell(`start of ${proxy.name}`)
      const process = stack.use(await start(bench, proxy))
      await turn(bench, process, bench.scaled(5_000))
      const peer: Peer = { name: proxy.name, file: 'proxies/index.ts', needs: [], lacks: proxy.lacks }
      contestants.push({ entry: { peer, calls, concurrency: 32 }, process, samples: [], added: [] })
    }
    for (let round = 1; round <= bench.settings.rounds; round++) await measureRound(bench, contestants, round)

    const measured = contestants.map(({ entry, samples }): Measured => ({ entry, label: entry.peer.name, samples }))
    const comparison = { measured, leftOut }
    const [nginx, sluice, bareNode] = given.map(({ name }) => measured.find(({ label }) => label === name))
    const base = nginx ?? bareNode
    const addedBy = (name: string): Spread | undefined => {
      const added = contestants.find(({ entry }) => entry.peer.name === name)?.added
      return added && spreadOf(added)
    }
    const ours = addedBy(proxies.sluice.name)
    return {
      head: withAdded(cpuHead(`times ${base?.label}`), 'added, ms'),
      lines: (base === undefined ? [] : cpuLines(comparison, base)).map((line) =>
        withAdded(line, ranged(addedBy(line[0]!)!, decimals(2))),
      ),
      verdicts: [
        ...(sluice && nginx ? [atMost(`${sluice.label}, times ${nginx.label}`, cpuRatio(sluice, nginx), 2.5)] : []),
        ...(ours ? [atMost(`${proxies.sluice.name}, added at the median`, ours, 1, milliseconds)] : []),
      ],
      comparison,
    }
  },
}

function whyLeftOut({ needs }: ReverseProxy): string | undefined {
  if (!existsSync('/proc/self/stat')) return 'there is no /proc here to read its CPU from'
  return needs === undefined || existsSync(needs) ? undefined : `there is no ${needs} here`
}

function start({ settings }: Bench, proxy: ReverseProxy): Promise<ProxyProcess> {
  const { server, pinning } = settings
  return ProxyProcess.start(proxy, { upstream: new URL(server.url('', 0)).origin, core: pinning?.client })
}

async function measureRound(bench: Bench, contestants: readonly Contestant[], round: number): Promise<void> {
  const { rounds, tell } = bench.settings
  for (const { entry, process, samples } of contestants) {
    tell(`round ${round} of ${rounds}: ${entry.peer.name}`)
    samples.push(await turn(bench, process, entry.calls))
  }
  tell(`round ${round} of ${rounds}: one call at a time`)
  const [direct, ...times] = await medians(bench, contestants)
  for (const [index, { added }] of contestants.entries()) added.push(times[index]! - direct!)
}

/** Makes calls by way of a proxy, and returns what that has used for them. @throws Error if it has not passed each of them on once */
async function turn(bench: Bench, proxy: ProxyProcess, calls: number): Promise<Sample> {
  const { server, pinning, nodeArgs = [] } = bench.settings
  const name = bench.nextTurn()
  const url = through(proxy.origin, server.url(name, 0))
  const before = proxy.cpu()
  const work = { warmUpUrl: '', warmUpCalls: 0, url, calls, concurrency: 32 }
  const { elapsed } = await takeTurn(peers.undiciRequest, work, pinning?.server, nodeArgs)
  const cpu = proxy.cpu() - before
  const { count } = await server.asked(name)
  if (count !== calls) throw new Error(`${count} requests have come through a proxy for ${calls} calls`)
  return { cpu, elapsed, rss: proxy.rss() }
}

/** Medians of single calls in milliseconds: without a proxy, and by way of each. */
async function medians(bench: Bench, contestants: readonly Contestant[]): Promise<number[]> {
  const { server, pinning } = bench.settings
  const url = server.url(bench.nextTurn(), 0)
  const urls = [url, ...contestants.map(({ process }) => through(process.origin, url))]
  const script = join(import.meta.dirname, '../clients/latency.ts')
  const command = [process.execPath, script, String(bench.scaled(1_000)), ...urls]
  const [first, ...args] = pinned(command, pinning?.server)
  const child = spawn(first, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`the calls one at a time have failed: ${errors}`)
  return JSON.parse(output) as number[]
}

function through(origin: string, url: string): string {
  return origin + new URL(url).pathname
}

/** A line with one more cell behind the ratio. */
function withAdded(line: readonly string[], added: string): string[] {
  return line.toSpliced(4, 0, added)
}
