import { createSimulator, type ScenarioOptions, type Simulator, simulatorTransport } from '@sluice/simulator'
import type { ApiRequest, ApiResponse } from 'sluice'
import { ManualClock, seededRandom } from 'sluice/testing'
import type { Transport } from 'sluice/transport'
import { Catalogue, type CatalogueOptions } from '../src/index.ts'

/** Inspects each response before the client receives it; may replace it or throw. */
export type Between = (answer: ApiResponse, request: ApiRequest) => ApiResponse

export interface Practice {
  readonly clock: ManualClock
  readonly simulator: Simulator
  readonly catalogue: Catalogue
}

/** A catalogue on a virtual clock, with a latency of 200 ms. */
export function practice(
  scenario: ScenarioOptions = {},
  options: Partial<CatalogueOptions> = {},
  between: Between = (answer) => answer,
): Practice {
  const clock = new ManualClock()
  const simulator = createSimulator({ latency: '200ms', ...scenario }, { clock })
  const inner = simulatorTransport(simulator)
  const transport: Transport = {
    send: async (request, exchange) => between(await inner.send(request, exchange), request),
    close: () => inner.close(),
  }
  const baseUrl = 'https://shop.test'
  const random = seededRandom(1)
  const catalogue = new Catalogue({ baseUrl, user: 'ann', password: 'practice', clock, random, transport, ...options })
  return { clock, simulator, catalogue }
}

/** Response with a changed JSON body. */
export function withJson(answer: ApiResponse, change: (value: Record<string, unknown>) => unknown): ApiResponse {
  const value = JSON.parse(new TextDecoder().decode(answer.body)) as Record<string, unknown>
  return { ...answer, body: new TextEncoder().encode(JSON.stringify(change(value))) }
}

/** Number of requests per endpoint, without the prefix `/catalogue`. */
export function asked({ simulator }: Practice): Readonly<Record<string, number>> {
  const paths = Object.entries(simulator.stats().paths)
  return Object.fromEntries(paths.map(([path, count]) => [path.replace('/catalogue', ''), count]))
}

export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
