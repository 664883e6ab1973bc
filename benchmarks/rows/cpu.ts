import type { Entry } from '../bench.ts'
import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { type Peer, peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

/** Peers that take as long for a fifth of the calls as the others for all. */
const slow: readonly Peer[] = [peers.fetchBottleneck, peers.crawlee, peers.httpx]

export const cpu: Row = {
  name: 'cpu',
  title: 'CPU per request',
  about:
    '32 in flight, the server answers at once. Sluice has its defaults on: limits, retries, timeouts, breaker, timings, a ' +
    'result for each item. JSON is parsed.',
  async measure(bench) {
    const compared: readonly Peer[] = [
      peers.undiciRequest,
      peers.sluiceStream,
      peers.sluiceAll,
      peers.undiciDispatch,
      peers.fetchPLimit,
      peers.fetchBottleneck,
      peers.kyPLimit,
      peers.gotPQueue,
      peers.axiosRetry,
      peers.crawlee,
      peers.curl,
      peers.aiohttp,
      peers.httpx,
    ]
    const entries = compared.map((peer): Entry => {
      const isSlow = slow.includes(peer)
      return { peer, calls: bench.scaled(isSlow ? 4_000 : 20_000), concurrency: 32, warmUp: isSlow ? 500 : 2_000 }
    })
    const comparison = await bench.compare(entries)
    const bare = of(comparison, peers.undiciRequest)!
    const verdicts = [
      atMost('`client.stream`, times undici `request`', cpuRatio(of(comparison, peers.sluiceStream)!, bare), 1),
      atMost('`fetchAll`, times undici `request`', cpuRatio(of(comparison, peers.sluiceAll)!, bare), 1.12),
    ]
    return { head: cpuHead('times bare'), lines: cpuLines(comparison, bare), verdicts, comparison }
  },
}
