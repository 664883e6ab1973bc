import { cpuHead, cpuLines, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import type { Row } from '../row.ts'

export const events: Row = {
  name: 'events',
  title: 'CPU per request with a listener',
  about: 'The same calls without a listener to events, and with one that counts them (`client.on`).',
  async measure(bench) {
    const compared = [peers.sluiceStream, peers.sluiceListener]
    const entries = compared.map((peer) => ({ peer, calls: bench.scaled(20_000), concurrency: 32 }))
    const comparison = await bench.compare(entries)
    return {
      head: cpuHead('times without a listener'),
      lines: cpuLines(comparison, of(comparison, peers.sluiceStream)!),
      verdicts: [],
      comparison,
    }
  },
}
