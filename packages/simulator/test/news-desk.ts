import { ManualClock } from 'sluice/testing'
import type { ScenarioOptions } from '../src/scenario/scenario.ts'
import { createSimulator, type Simulator } from '../src/simulator.ts'

/** Response of a simulated news API. */
export interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: arbitrary JSON.
  readonly json: any
}

/** Simulated news APIs on a virtual clock. */
export class NewsDesk {
  readonly clock: ManualClock = new ManualClock({ wallTime: Date.UTC(2026, 10, 20, 12) })
  readonly simulator: Simulator

  constructor(scenario: ScenarioOptions = {}) {
    this.simulator = createSimulator({ latency: 0, ...scenario }, { clock: this.clock })
  }

  /** Sends a request and returns its immediate response. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}): Said {
    let said: Said | undefined
    const visit = this.simulator.arrive({ method: 'GET', path, headers })
    visit.onAnswer((plan) => {
      if (plan.kind !== 'answer') return
      said = {
        status: plan.status,
        headers: plan.headers,
        json: JSON.parse(Buffer.concat([...plan.body.chunks]).toString()),
      }
    })
    visit.end('answered')
    return said!
  }
}
