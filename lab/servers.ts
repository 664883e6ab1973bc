import { createSimulator, type ScenarioOptions, simulatorTransport } from '@sluice/simulator'
import type { Clock } from 'sluice'
import type { Random } from 'sluice/internal'
import type { Transport } from 'sluice/transport'

interface ServerOptions {
  readonly clock: Clock
  readonly random: Random
}

/** Makes the server side of a trial, on the trial's clock and chance. It begins when the clock does. */
export type ServerMaker = (options: ServerOptions) => Transport

export function oneServer(scenario: ScenarioOptions): ServerMaker {
  return (options) => simulatorTransport(scenario, options)
}

/** One server for each origin. */
export function hosts(scenarios: Readonly<Record<string, ScenarioOptions>>): ServerMaker {
  return (options) => simulatorTransport(scenarios, options)
}

/** A server that becomes another one: `from` is milliseconds since the beginning. What is being served stays where it is. */
export function steps(list: readonly { readonly from: number; readonly server: ScenarioOptions }[]): ServerMaker {
  return (options) => {
    const parts = list.map(({ from, server }) => ({
      from,
      transport: simulatorTransport(createSimulator(server, options)),
    }))
    return {
      send: (request, exchange) =>
        parts.findLast(({ from }) => from <= options.clock.now())!.transport.send(request, exchange),
      async close() {
        for (const { transport } of parts) await transport.close()
      },
    }
  }
}
