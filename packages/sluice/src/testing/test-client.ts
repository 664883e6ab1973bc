import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import type { ClientOptions } from '../client/settings.ts'
import type { SluiceEvent } from '../events/event.ts'
import type { ApiRequest } from '../http/request.ts'
import { ManualClock } from './manual-clock.ts'
import { type ScriptedAnswer, type ScriptedApi, scriptedApi } from './scripted-api.ts'

export interface TestClient {
  readonly clock: ManualClock
  readonly api: ScriptedApi
  readonly client: Client
  /** Events emitted so far. */
  readonly events: SluiceEvent[]
}

/**
 * Client on a manual clock that calls a scripted API at `https://a.test`. Without jitter: `random` returns 0.5.
 *
 * @param delay Milliseconds until the API answers. Default 100.
 */
export function testClient(
  answer: (request: ApiRequest, count: number) => ScriptedAnswer = () => 200,
  options: ClientOptions = {},
  delay = 100,
  clock: ManualClock = new ManualClock(),
): TestClient {
  const api = scriptedApi(clock, answer, delay)
  const client = createClient({
    clock,
    transport: api.transport,
    random: () => 0.5,
    baseUrl: 'https://a.test',
    ...options,
  })
  const events: SluiceEvent[] = []
  client.on((event) => events.push(event))
  return { clock, api, client, events }
}
