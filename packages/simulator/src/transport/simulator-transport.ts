import { type ApiRequest, type ApiResponse, ConnectError, ConnectionLostError } from 'sluice'
import { forAnyExchange, type OwnExchange } from 'sluice/internal'
import type { Transport } from 'sluice/transport'
import type { ScenarioInput } from '../scenario/resolve-scenario.ts'
import { createSimulator, isSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts'
import { receive } from './receive.ts'

/** One simulator for every host, or one for each origin: `{ 'https://a.test': 'limited', 'https://b.test': simulator }`. */
export type SimulatorTarget = Simulator | ScenarioInput | Readonly<Record<string, Simulator | ScenarioInput>>

export interface SimulatorTransportOptions extends SimulatorOptions {
  /** Maximum bytes of a body, as sent and decompressed. @default 10 MiB */
  readonly maxBody?: number | undefined
}

/**
 * A transport that reaches simulators in process, on their clock: with a virtual one a simulated day takes a second.
 *
 * Faults on the wire become the errors that a transport on sockets throws. Connections are not simulated: there is no
 * connect time and no keep-alive to lose. `clock` and `random` apply to simulators that are created here.
 *
 * @throws SettingsError if a scenario is invalid.
 */
export function simulatorTransport(target?: SimulatorTarget, options: SimulatorTransportOptions = {}): Transport {
  const find = finder(target, options)
  const maxBody = options.maxBody ?? 10 * 1024 * 1024
  const open = new Set<() => void>()

  return {
    send: forAnyExchange(async (request, exchange) => {
      const url = new URL(request.url)
      const simulator = find(url.origin)
      const body = await bytesOf(request)
      return exchangeWith(simulator, { request, url, body, exchange, maxBody, open })
    }),
    async close() {
      for (const tearDown of open) tearDown()
    },
  }
}

interface Sending {
  readonly request: ApiRequest
  readonly url: URL
  readonly body: Uint8Array | undefined
  readonly exchange: OwnExchange
  readonly maxBody: number
  readonly open: Set<() => void>
}

function exchangeWith(simulator: Simulator, sending: Sending): Promise<ApiResponse> {
  const { request, url, body, exchange, maxBody, open } = sending
  return new Promise((resolve, reject) => {
    if (exchange.cancellation.cancelled) {
      reject(new ConnectionLostError('cancelled before it was sent'))
      return
    }
    exchange.onSent()
    const headers = { host: url.host, ...request.headers }
    const path = url.pathname + url.search
    const { method } = request
    const visit = simulator.arrive({ method, path, headers, body, origin: url.origin, address: 'in-process' })

    let stopReading: (() => void) | undefined
    let over = false
    const settle = (result: ApiResponse | Error, how: 'answered' | 'aborted') => {
      if (over) return
      over = true
      stopReading?.()
      stopListening()
      open.delete(tearDown)
      visit.end(how)
      if (result instanceof Error) reject(result)
      else resolve(result)
    }
    const tearDown = () => settle(new ConnectionLostError('the connection was torn down'), 'aborted')
    const stopListening = exchange.cancellation.onCancel(tearDown)
    open.add(tearDown)
    visit.onAnswer((plan) => {
      stopReading = receive(plan, {
        clock: simulator.clock,
        line: visit.line,
        headOnly: request.method === 'HEAD',
        maxBody,
        onFirstByte: () => exchange.onFirstByte(),
        done: (result) => settle(result, isRefusedBody(result) ? 'aborted' : 'answered'),
      })
    })
  })
}

/** True if a body that grew too large was rejected here. */
function isRefusedBody(result: ApiResponse | Error): boolean {
  return result instanceof Error && 'code' in result && result.code === 'SLUICE_BODY_TOO_LARGE'
}

function finder(target: SimulatorTarget | undefined, options: SimulatorOptions): (origin: string) => Simulator {
  if (!isMap(target)) {
    const only = simulatorOf(target, options)
    return () => only
  }
  const simulators = new Map(
    Object.entries(target).map(([origin, each]) => [new URL(origin).origin, simulatorOf(each, options)]),
  )
  return (origin) => {
    const simulator = simulators.get(origin)
    if (simulator !== undefined) return simulator
    throw new ConnectError('SLUICE_DNS', `nothing is known under ${origin}`)
  }
}

function isMap(target: SimulatorTarget | undefined): target is Readonly<Record<string, Simulator | ScenarioInput>> {
  if (typeof target !== 'object') return false
  const keys = Object.keys(target)
  return keys.length > 0 && keys.every((key) => /^https?:\/\//.test(key))
}

function simulatorOf(target: Simulator | ScenarioInput | undefined, options: SimulatorOptions): Simulator {
  return isSimulator(target) ? target : createSimulator(target, options)
}

async function bytesOf({ body }: ApiRequest): Promise<Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body
  if (typeof body === 'string') return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body()) chunks.push(chunk)
  return Buffer.concat(chunks)
}
