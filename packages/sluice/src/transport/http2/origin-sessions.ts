import type { TLSSocket } from 'node:tls'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { connectError } from '../connection-error.ts'
import { ConnectError } from '../errors.ts'
import { Session, type SessionOwner } from './session.ts'

/**
 * Opens a TLS connection to an origin, offering `h2` and `http/1.1`, directly or through a proxy. Cancelling
 * `cancellation` tears it down.
 *
 * @throws ConnectError, or the platform's error, within the connect timeout
 */
type ConnectTls = (origin: string, cancellation: Cancellation) => Promise<TLSSocket>

/** Pause in milliseconds after a session failed, if other sessions carry calls or nothing was sent. */
const pauseAfterFailure = 1_000

/** A call that waits for a stream. */
export interface StreamWaiter {
  /** Starts its stream immediately. */
  onSession(session: Session): void
  /** The server speaks HTTP/1.1. */
  onHttp1(): void
  onFailed(error: Error): void
}

export interface OriginSettings {
  readonly connectTls: ConnectTls
  readonly clock: Clock
  readonly connectTimeout: number
  /** Maximum number of sessions. */
  readonly connections: number
  readonly keepAlive: boolean
  readonly idleTime: number
}

export interface OriginOwner {
  /** The server speaks HTTP/1.1: this socket is connected to it. */
  onHttp1(origin: string, socket: TLSSocket): void
  /** There are no sessions and no waiting calls. */
  onEmpty(origin: string): void
}

/** A connection that becomes a session once the server's SETTINGS arrive. */
interface Opening {
  readonly cancellation: Cancellation
  readonly startedAt: number
  timer?: Timer
}

/**
 * Sessions of one origin. A call without a free stream waits for one. Another session is opened when more calls wait
 * than the sessions being opened can take: calls in flight are bounded by the client's concurrency, not by the number
 * of streams that a server allows per connection.
 */
export class OriginSessions implements SessionOwner {
  readonly #origin: string
  readonly #host: string
  readonly #settings: OriginSettings
  readonly #owner: OriginOwner
  readonly #sessions = new Set<Session>()
  readonly #openings = new Set<Opening>()
  /** Openings whose connection is established. */
  readonly #begun = new Map<Session, Opening>()
  readonly #waiting = new Set<StreamWaiter>()
  /** Stream limit of the newest session at its start. Until the first one is known, only one session is opened. */
  #lastLimit = Number.POSITIVE_INFINITY
  #pause: Timer | undefined
  #isClosed = false

  constructor(origin: string, settings: OriginSettings, owner: OriginOwner) {
    this.#origin = origin
    this.#host = origin.slice(origin.indexOf('/') + 2)
    this.#settings = settings
    this.#owner = owner
  }

  /** A session with a free stream: the oldest, so that younger ones become idle when there is less to do. */
  get free(): Session | undefined {
    for (const session of this.#sessions) if (session.capacity > 0) return session
    return undefined
  }

  /** Gives the call a stream as soon as one is free. */
  wait(waiter: StreamWaiter): void {
    this.#waiting.add(waiter)
    this.#advance()
  }

  /** Removes the call from the queue. */
  leave(waiter: StreamWaiter): void {
    this.#waiting.delete(waiter)
    this.#reportEmpty()
  }

  /** Moves all waiting calls to HTTP/1.1. */
  leaveToHttp1(): void {
    for (const waiter of this.#takeAll()) waiter.onHttp1()
  }

  /** Ends all sessions and waits. */
  async close(error: Error): Promise<void> {
    this.#isClosed = true
    this.#pause?.cancel()
    for (const opening of this.#openings) opening.cancellation.cancel(error)
    for (const waiter of this.#takeAll()) waiter.onFailed(error)
    await Promise.all([...this.#sessions, ...this.#begun.keys()].map((session) => session.end()))
  }

  onReady(session: Session): void {
    const opening = this.#begun.get(session)
    if (opening === undefined) return
    this.#begun.delete(session)
    this.#finish(opening)
    this.#sessions.add(session)
    this.#lastLimit = session.limit
    this.#advance()
  }

  onChange(): void {
    if (this.#waiting.size > 0) this.#advance()
  }

  onGone(session: Session): void {
    const opening = this.#begun.get(session)
    if (opening !== undefined) {
      this.#begun.delete(session)
      const reason = session.error ?? new Error('the server closed the connection before it sent its HTTP/2 settings')
      this.#onFailed(opening, opening.cancellation.cancelled ? (opening.cancellation.reason as Error) : reason)
      return
    }
    this.#sessions.delete(session)
    // Avoids a tight loop with a server that ends each session before it carries anything.
    if (session.carried === 0) this.#pauseOpening()
    this.#advance()
    this.#reportEmpty()
  }

  #advance(): void {
    for (const waiter of this.#waiting) {
      const session = this.free
      if (session === undefined) break
      this.#waiting.delete(waiter)
      waiter.onSession(session)
    }
    if (this.#pause !== undefined || this.#isClosed) return
    const { keepAlive, connections } = this.#settings
    const most = connections - this.#sessions.size
    const wanted = Math.min(most, this.#wanted(keepAlive ? this.#lastLimit : 1))
    while (this.#openings.size < wanted) this.#open()
  }

  #wanted(perSession: number): number {
    // If sessions start without a stream, more of them do not help: one is enough to wait on.
    if (perSession === 0) return this.#sessions.size === 0 && this.#waiting.size > 0 ? 1 : 0
    return Math.ceil(this.#waiting.size / perSession) || Math.min(1, this.#waiting.size)
  }

  #open(): void {
    const { clock, connectTls } = this.#settings
    const opening: Opening = { cancellation: new Cancellation(), startedAt: clock.now() }
    this.#openings.add(opening)
    connectTls(this.#origin, opening.cancellation).then(
      (socket) => this.#onConnected(opening, socket),
      (error: Error) => this.#onFailed(opening, error),
    )
  }

  #onConnected(opening: Opening, socket: TLSSocket): void {
    const { cancellation, startedAt } = opening
    if (cancellation.cancelled) {
      socket.destroy()
      this.#onFailed(opening, cancellation.reason as Error)
    } else if (socket.alpnProtocol === 'h2') {
      const { clock, connectTimeout } = this.#settings
      const session = new Session(socket, { origin: this.#origin, ...this.#settings }, this)
      this.#begun.set(session, opening)
      cancellation.onCancel(() => session.destroy())
      const left = Math.max(0, startedAt + connectTimeout - clock.now())
      opening.timer = clock.timer(left, () => cancellation.cancel(this.#silentError()))
    } else {
      this.#finish(opening)
      this.#owner.onHttp1(this.#origin, socket)
      this.leaveToHttp1()
      this.#reportEmpty()
    }
  }

  #silentError(): ConnectError {
    const within = formatDuration(this.#settings.connectTimeout)
    const message = `cannot connect to ${this.#host}: no HTTP/2 settings within the connectTimeout of ${within}`
    return new ConnectError('SLUICE_CONNECT_TIMEOUT', message)
  }

  #onFailed(opening: Opening, error: Error): void {
    this.#finish(opening)
    const isServed = [...this.#sessions].some((session) => session.isUsable)
    if (isServed) this.#pauseOpening()
    else if (this.#openings.size === 0) {
      const failure = connectError(this.#host, error)
      for (const waiter of this.#takeAll()) waiter.onFailed(failure)
    }
    this.#reportEmpty()
  }

  #finish(opening: Opening): void {
    opening.timer?.cancel()
    this.#openings.delete(opening)
  }

  #pauseOpening(): void {
    if (this.#waiting.size === 0 || this.#isClosed) return
    this.#pause ??= this.#settings.clock.timer(pauseAfterFailure, () => {
      this.#pause = undefined
      this.#advance()
      this.#reportEmpty()
    })
  }

  #takeAll(): StreamWaiter[] {
    const all = [...this.#waiting]
    this.#waiting.clear()
    return all
  }

  #reportEmpty(): void {
    const isBusy = this.#sessions.size + this.#openings.size + this.#waiting.size > 0 || this.#pause !== undefined
    if (!isBusy) this.#owner.onEmpty(this.#origin)
  }
}
