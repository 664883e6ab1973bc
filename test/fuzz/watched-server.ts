import {
  createSimulator,
  type Plan,
  type RunningSimulator,
  type ScenarioOptions,
  type Simulator,
  serveSimulator,
} from '@sluice/simulator'
import type { Protocol } from './round-plan.ts'

/** One request as seen by the server. */
interface Seen {
  readonly method: string
  readonly item: string
  readonly hasKey: boolean
  /** The response, if one was started. */
  plan: Plan | undefined
}

/** Current and maximum number of open requests, of one or several servers. */
export class Counter {
  now = 0
  most = 0

  up(): void {
    this.now++
    this.most = Math.max(this.most, this.now)
  }

  down(): void {
    this.now--
  }
}

export interface WatchedServer {
  readonly running: RunningSimulator
  readonly seen: readonly Seen[]
  readonly open: Counter
}

/** Serves a practice API and records what arrives. `together` counts over all servers of a round. */
export async function serveWatched(
  scenario: ScenarioOptions,
  protocol: Protocol,
  together: Counter,
): Promise<WatchedServer> {
  const seen: Seen[] = []
  const open = new Counter()
  const simulator = watched(createSimulator(scenario), seen, [open, together])
  const running = await serveSimulator({ scenario: simulator, tls: protocol !== 'http1', http2: protocol === 'http2' })
  return { running, seen, open }
}

/** Wraps a simulator to record its requests and count the open ones. */
function watched(simulator: Simulator, seen: Seen[], counters: readonly Counter[]): Simulator {
  return {
    scenario: simulator.scenario,
    clock: simulator.clock,
    get arrivals() {
      return simulator.arrivals
    },
    stats: () => simulator.stats(),
    connectionOpened: () => simulator.connectionOpened(),
    streamOpened: () => simulator.streamOpened(),
    reset: () => simulator.reset(),
    close: () => simulator.close(),
    arrive(request) {
      const item = new URL(request.path, 'http://x').searchParams.get('item') ?? ''
      const entry: Seen = {
        method: request.method,
        item,
        hasKey: request.headers['idempotency-key'] !== undefined,
        plan: undefined,
      }
      seen.push(entry)
      for (const counter of counters) counter.up()
      const visit = simulator.arrive(request)
      let isOver = false
      return {
        line: visit.line,
        onAnswer: (listener) =>
          visit.onAnswer((plan) => {
            entry.plan = plan
            listener(plan)
          }),
        end(how) {
          if (!isOver) for (const counter of counters) counter.down()
          isOver = true
          visit.end(how)
        },
      }
    },
  }
}
