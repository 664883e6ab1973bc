import type { TLSSocket } from 'node:tls'
import { BoundedMap } from '../../algorithms/bounded-map.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { CancelListener } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { ConnectError, ConnectionLostError } from '../errors.ts'
import type { OwnExchange } from '../transport.ts'
import { type ExchangeParts, StreamExchange } from './exchange.ts'
import { type OriginOwner, OriginSessions, type OriginSettings, type StreamWaiter } from './origin-sessions.ts'
import type { Session } from './session.ts'

/** Time in milliseconds for which an origin counts as HTTP/1.1 only, and the maximum number of such origins. */
const http1Time = 600_000
const maxHttp1Origins = 1_000

export interface Http2Settings extends OriginSettings {
  readonly maxBody: number
  readonly sendHttp1: (request: ApiRequest, exchange: OwnExchange) => Promise<ApiResponse>
  /** Takes over a socket connected to an HTTP/1.1 server. */
  readonly useHttp1: (origin: string, socket: TLSSocket) => void
}

/** HTTP/2 over TLS (RFC 9113), or HTTP/1.1 if the origin chooses that. */
export class Http2Transport implements OriginOwner {
  readonly #settings: Http2Settings
  readonly #origins = new Map<string, OriginSessions>()
  /** HTTP/1.1 origins and the expiry of that knowledge, oldest first. */
  readonly #http1 = new BoundedMap<string, number>(maxHttp1Origins)
  #isClosed = false

  constructor(settings: Http2Settings) {
    this.#settings = settings
  }

  send(request: ApiRequest, exchange: OwnExchange): Promise<ApiResponse> {
    const origin = request.url.slice(0, request.url.indexOf('/', 8))
    if (!origin.startsWith('https:') || this.#speaksHttp1(origin)) return this.#settings.sendHttp1(request, exchange)
    return new Promise((resolve, reject) => {
      const call = new WaitingCall(this, origin, this.#settings, request, exchange, resolve, reject)
      if (this.#isClosed) call.onFailed(closedError(call.host))
      else if (exchange.cancellation.cancelled) call.onCancelled()
      else this.#begin(origin, call)
    })
  }

  /** Sends waiting and further requests to this origin over HTTP/1.1. */
  switchToHttp1(origin: string): void {
    this.#http1.set(origin, this.#settings.clock.now() + http1Time)
    this.#origins.get(origin)?.leaveToHttp1()
  }

  leave(origin: string, call: WaitingCall): void {
    this.#origins.get(origin)?.leave(call)
  }

  onHttp1(origin: string, socket: TLSSocket): void {
    this.#settings.useHttp1(origin, socket)
    this.switchToHttp1(origin)
  }

  onEmpty(origin: string): void {
    this.#origins.delete(origin)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const closing = [...this.#origins].map(([origin, sessions]) => sessions.close(closedError(hostOf(origin))))
    await Promise.all(closing)
  }

  #begin(origin: string, call: WaitingCall): void {
    let sessions = this.#origins.get(origin)
    if (sessions === undefined) {
      sessions = new OriginSessions(origin, this.#settings, this)
      this.#origins.set(origin, sessions)
    }
    const session = sessions.free
    if (session !== undefined) call.onSession(session)
    else {
      call.wait()
      sessions.wait(call)
    }
  }

  #speaksHttp1(origin: string): boolean {
    if (this.#http1.size === 0) return false
    const until = this.#http1.get(origin)
    if (until === undefined) return false
    if (until > this.#settings.clock.now()) return true
    this.#http1.delete(origin)
    return false
  }
}

/** A call until its stream starts. */
class WaitingCall implements StreamWaiter, CancelListener, ExchangeParts {
  readonly host: string
  readonly request: ApiRequest
  readonly exchange: OwnExchange
  readonly resolve: ExchangeParts['resolve']
  readonly reject: ExchangeParts['reject']
  readonly #transport: Http2Transport
  readonly #origin: string
  readonly #settings: Http2Settings

  constructor(
    transport: Http2Transport,
    origin: string,
    settings: Http2Settings,
    request: ApiRequest,
    exchange: OwnExchange,
    resolve: ExchangeParts['resolve'],
    reject: ExchangeParts['reject'],
  ) {
    this.host = hostOf(origin)
    this.request = request
    this.exchange = exchange
    this.resolve = resolve
    this.reject = reject
    this.#transport = transport
    this.#origin = origin
    this.#settings = settings
  }

  get maxBody(): number {
    return this.#settings.maxBody
  }

  get clock(): Clock {
    return this.#settings.clock
  }

  wait(): void {
    this.exchange.cancellation.add(this)
  }

  onSession(session: Session): void {
    this.exchange.cancellation.remove(this)
    new StreamExchange(this, session).start()
  }

  onHttp1(): void {
    this.exchange.cancellation.remove(this)
    this.resolve(this.#settings.sendHttp1(this.request, this.exchange))
  }

  /** Sends over HTTP/1.1. If the server answers, further requests to it use HTTP/1.1 too. */
  async sendHttp1(refusal: Error): Promise<ApiResponse> {
    try {
      const response = await this.#settings.sendHttp1(this.request, this.exchange)
      this.#transport.switchToHttp1(this.#origin)
      return response
    } catch (error) {
      throw error instanceof ConnectError ? refusal : error
    }
  }

  onFailed(error: Error): void {
    this.exchange.cancellation.remove(this)
    this.reject(error)
  }

  onCancelled(): void {
    this.#transport.leave(this.#origin, this)
    this.reject(new ConnectionLostError(`the exchange with ${this.host} was cancelled`))
  }
}

function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('/') + 2)
}

function closedError(host: string): ConnectError {
  return new ConnectError('SLUICE_CONNECT', `cannot connect to ${host}: the transport is closed`)
}
