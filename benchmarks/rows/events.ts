import { cpuHead, cpuLines, cpuRatio, of } from '../figures.ts'
import { peers } from '../peers/index.ts'
import { atMost, type Row } from '../row.ts'

export const events: Row = {
  name: 'events',
  title: 'CPU per request with a listener',
  about: 'The same calls with nobody listening to events and with one listener that counts (`client.on`).',
  async measure(bench) {
    const compared = [peers.undiciRequest, peers.sluiceStream, peers.sluiceListener]
    const entries = compared.map((peer) => ({ peer, calls: bench.scaled(20_000), concurrency: 32 }))
    const comparison = await bench.compare(entries)
    const silent = of(comparison, peers.sluiceStream)!
    const heard = of(comparison, peers.sluiceListener)!
    return {
      head: cpuHead,
      lines: cpuLines(comparison, of(comparison, peers.undiciRequest)!),
      verdicts: [atMost('with a listener, times without', cpuRatio(heard, silent), 1.2)],
      comparison,
    }
  },
}
