import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { type Peer, peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'
import type { Body, Protocol } from '../server-process.ts'

/** Answers of one kind, and who is compared: Sluice, what it has to keep up with, and others. */
interface Kind {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly protocol?: Protocol
  readonly body?: Body
  readonly calls: number
  readonly ours: Peer
  readonly bare: Peer
  readonly others: readonly Peer[]
}

const kinds: readonly Kind[] = [
  {
    name: 'streams',
    title: 'CPU per stream',
    about:
      '32 in flight, each response is 20 events of 90 bytes that the server writes one by one; all read chunk by chunk.',
    body: 'events',
    calls: 100_000,
    ours: peers.sluiceFetch,
    bare: peers.undiciStream,
    others: [peers.fetchStream, peers.gotStream],
  },
  {
    name: 'tls',
    title: 'CPU per request on TLS',
    about: '32 connections of HTTP/1.1 on TLS, the same JSON of 190 bytes.',
    protocol: 'https',
    calls: 100_000,
    ours: peers.sluiceStream,
    bare: peers.undiciRequest,
    others: [peers.gotPQueue],
  },
  {
    name: 'http2',
    title: 'CPU per request over HTTP/2',
    about: '32 streams on one connection, the same JSON of 190 bytes.',
    protocol: 'http2',
    calls: 100_000,
    ours: peers.sluiceHttp2,
    bare: peers.undiciHttp2,
    others: [peers.gotHttp2],
  },
  {
    name: 'large',
    title: 'CPU per request with a body of 11 KB',
    about: '32 in flight, each response is a list of 11 KB in JSON, which is parsed.',
    body: 'large',
    calls: 100_000,
    ours: peers.sluiceStream,
    bare: peers.undiciRequest,
    others: [peers.gotPQueue],
  },
  {
    name: 'packed',
    title: 'CPU per request with a body of 1 MB in gzip',
    about: '32 in flight, each response is a list of 1 MB in JSON, encoded with gzip: decoded and parsed.',
    body: 'packed',
    calls: 2_000,
    ours: peers.sluiceStream,
    bare: peers.undiciDecompress,
    others: [peers.gotPQueue],
  },
]

/** A row for each kind. */
export const kindRows: readonly Row[] = kinds.map(
  ({ name, title, about, protocol, body, calls, ours, bare, others }): Row => ({
    name,
    title,
    about,
    async measure(bench) {
      const given = {
        calls: bench.scaled(calls),
        warmUp: Math.min(2_000, calls / 10),
        concurrency: 32,
        ...(protocol && { protocol }),
        ...(body && { body }),
      }
      const comparison = await bench.compare([ours, bare, ...others].map((peer) => ({ peer, ...given })))
      const base = of(comparison, bare)!
      const ratio = cpuRatio(of(comparison, ours)!, base)
      return {
        head: cpuHead('times undici'),
        lines: cpuLines(comparison, base),
        verdicts: [atMost(`${ours.name}, times ${bare.name}`, ratio, 1.1)],
        comparison,
      }
    },
  }),
)
