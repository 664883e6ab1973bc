/** Something that makes calls, and is compared. */
export interface Peer {
  readonly name: string
  /** Below `benchmarks/peers/`; how it is run depends on its ending. */
  readonly file: string
  /** Packages in `benchmarks/node_modules`, or modules of Python, without which it is left out. */
  readonly needs: readonly string[]
  /** Features of Sluice in this row that the peer lacks. */
  readonly lacks: string
}

const nothing = 'retries, rates, waiting after a 429, breaker, timings'
const gotLacks = 'breaker; each call waits alone after a 429; the first failure ends all calls'

export const peers = {
  sluiceStream: peer('Sluice, `client.stream`', 'sluice-stream.ts', [], ''),
  sluiceAll: peer('Sluice, `fetchAll`', 'sluice-fetch-all.ts', [], ''),
  sluiceCommand: peer('Sluice, `sluice fetch`', 'sluice-command.sh', ['node'], ''),
  sluiceDash: peer('Sluice, `--dash`', 'sluice-dash.sh', ['node'], ''),
  sluiceDashOpen: peer('Sluice, `--dash` with an open page', 'sluice-dash-open.sh', ['curl'], ''),
  sluiceListener: peer('Sluice, with a listener to its events', 'sluice-listener.ts', [], ''),
  sluiceStored: peer('Sluice, every result in SQLite', 'sluice-stored.ts', [], ''),
  storeSettle: peer('results without bodies', 'store-settle.ts', [], ''),
  storeSettleBodies: peer('results with 1 KB bodies', 'store-settle-bodies.ts', [], ''),
  undiciDispatch: peer('undici `dispatch`', 'undici-dispatch.ts', [], `${nothing}, redirects`),
  undiciRequest: peer('undici `request`', 'undici-request.ts', [], `${nothing}, redirects`),
  undiciHeaders: peer('undici `request`, three headers', 'undici-headers.ts', [], `${nothing}, redirects`),
  sluiceHttp2: peer('Sluice, `client.stream`', 'sluice-http2.ts', [], ''),
  sluiceFetch: peer('Sluice, `client.fetch`', 'sluice-fetch.ts', [], ''),
  undiciHttp2: peer('undici `request`', 'undici-http2.ts', [], `${nothing}, redirects`),
  undiciDecompress: peer('undici `request`, `decompress`', 'undici-decompress.ts', [], `${nothing}, redirects`),
  undiciStream: peer('undici `request`', 'undici-stream.ts', [], `${nothing}, redirects`),
  fetchStream: peer('`fetch`', 'fetch-stream.ts', [], nothing),
  gotHttp2: peer('got, p-queue', 'got-http2.ts', ['got', 'p-queue'], gotLacks),
  gotStream: peer('`got.stream`', 'got-stream.ts', ['got'], `${nothing} within the body`),
  fetchPLimit: peer(
    '`fetch`, p-limit',
    'fetch-p-limit.ts',
    ['p-limit'],
    `${nothing}; the first failure ends all calls`,
  ),
  gotPQueue: peer('got, p-queue', 'got-p-queue.ts', ['got', 'p-queue'], gotLacks),
  kyPLimit: peer(
    'ky, p-limit',
    'ky-p-limit.ts',
    ['ky', 'p-limit'],
    'rates, breaker, timings; each call waits alone after a 429; the first failure ends all calls',
  ),
  axiosRetry: peer(
    'axios, axios-retry, p-limit',
    'axios-retry.ts',
    ['axios', 'axios-retry', 'p-limit'],
    'rates, breaker, timings; each call waits alone after a 429; the first failure ends all calls',
  ),
  fetchBottleneck: peer(
    '`fetch`, Bottleneck',
    'fetch-bottleneck.ts',
    ['bottleneck'],
    'retries, waiting after a 429, breaker, timings; the first failure ends all calls',
  ),
  crawlee: peer(
    'Crawlee, `HttpCrawler`',
    'crawlee.ts',
    ['@crawlee/http'],
    'results, waiting after a 429, breaker, timings',
  ),
  curl: peer('curl `--parallel`', 'curl.sh', ['curl'], 'parsed JSON, rates, breaker; drops the bodies here'),
  aiohttp: peer('Python, aiohttp', 'aiohttp_gather.py', ['aiohttp'], `${nothing}; the first failure ends all calls`),
  httpx: peer('Python, httpx', 'httpx_gather.py', ['httpx'], `${nothing}; the first failure ends all calls`),
} as const satisfies Record<string, Peer>

function peer(name: string, file: string, needs: readonly string[], lacks: string): Peer {
  return { name, file, needs, lacks }
}
