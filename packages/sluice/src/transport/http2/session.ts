import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionRequestOptions } from 'node:http2'
import process from 'node:process'
import type { TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../../time/clock.ts'
import { firstSettings, ReceiveWindow } from './receive-window.ts'

/** Milliseconds without a PING answer after which new streams use another session. */
const pingTime = 250
/** Milliseconds of silence after a PING after which the session and its streams are given up. */
const silenceTime = 5_000

/** Node's limits that protect servers, raised, so that a session does not end streams because there are many. */
const bounds = { maxSessionMemory: 1_000, maxHeaderListPairs: 2_000 }

/** GOAWAY of the server: it has not processed streams beyond `lastStreamId`. */
export interface Goaway {
  readonly code: number
  readonly lastStreamId: number
}

export interface SessionOptions {
  readonly origin: string
  readonly clock: Clock
  /** False if it carries a single stream. */
  readonly keepAlive: boolean
  /** Milliseconds without traffic after which a session without streams is closed. */
  readonly idleTime: number
}

/** Callbacks of a session. */
export interface SessionOwner {
  /** The server's first SETTINGS arrived: it speaks HTTP/2. */
  onReady(session: Session): void
  /** The number of streams that it accepts may have changed. */
  onChange(session: Session): void
  /** The connection is closed. */
  onGone(session: Session): void
}

/** One HTTP/2 connection (RFC 9113): its streams, health and end. Takes over the socket. */
export class Session {
  readonly window: ReceiveWindow
  readonly #http2: ClientHttp2Session
  readonly #socket: TLSSocket
  readonly #options: SessionOptions
  readonly #owner: SessionOwner
  #isReady = false
  #open = 0
  #carried = 0
  /** True if it accepts no further streams; it is closed when the last one has ended. */
  #isRetired = false
  /** True while an answer is overdue: new streams go elsewhere until something is received. */
  #isSuspect = false
  #goaway: Goaway | undefined
  #error: Error | undefined
  /** Callbacks for the next PING, and the timer of the current one. */
  #forPing: (() => void)[] = []
  #ping: Timer | undefined
  /** Callbacks for the end of the connection; undefined once it is closed. */
  #forEnd: (() => void)[] | undefined = []

  constructor(socket: TLSSocket, options: SessionOptions, owner: SessionOwner) {
    this.#socket = socket
    this.#options = options
    this.#owner = owner
    socket.on('error', this.#onError)
    socket.once('close', () => this.#onSocketClosed())
    // Not imported: it takes milliseconds to be loaded, and most clients never use it.
    const { connect } = process.getBuiltinModule('node:http2')
    const session = connect(options.origin, { createConnection: () => socket, settings: firstSettings, ...bounds })
    this.#http2 = session
    session.on('error', this.#onError)
    session.on('remoteSettings', () => this.#onSettings())
    session.on('goaway', (code: number, lastStreamId: number) => this.#onGoaway({ code, lastStreamId }))
    session.on('stream', (pushed: ClientHttp2Stream) => pushed.on('error', () => {}).close())
    session.setTimeout(options.idleTime, () => {
      if (this.#open === 0) this.destroy()
    })
    this.window = new ReceiveWindow(session)
  }

  /** True if it accepts streams, now or when one of its streams has ended. */
  get isUsable(): boolean {
    if (!this.#isReady || this.#isRetired || this.#isSuspect || this.#http2.destroyed || this.#http2.closed)
      return false
    return this.#socket.writable && !this.#socket.readableEnded
  }

  /** Number of further streams that it accepts now. */
  get capacity(): number {
    return this.isUsable ? this.limit - this.#open : 0
  }

  /** Maximum number of concurrent streams that the server allows. */
  get limit(): number {
    return this.#http2.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY
  }

  /** Streams opened so far. */
  get carried(): number {
    return this.#carried
  }

  /** True if its streams have ended or are about to. */
  get isGone(): boolean {
    return this.#http2.destroyed
  }

  get goaway(): Goaway | undefined {
    return this.#goaway
  }

  /** Error that broke the connection; undefined after a graceful end. */
  get error(): Error | undefined {
    return this.#error
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** Opens a stream. The caller must call `release` when it is closed. @throws if the headers cannot be sent */
  open(headers: readonly string[], options: ClientSessionRequestOptions): ClientHttp2Stream {
    const stream = this.#http2.request(headers, options)
    if (this.#open++ === 0) this.#http2.ref()
    this.#carried++
    if (!this.#options.keepAlive) this.#isRetired = true
    return stream
  }

  release(): void {
    this.#open--
    if (this.#open === 0) {
      if (this.#isRetired || this.#http2.closed) this.destroy()
      else this.#http2.unref()
    }
    this.#owner.onChange(this)
  }

  /** Stops accepting streams. */
  retire(): void {
    this.#isRetired = true
    if (this.#open === 0) this.destroy()
    this.#owner.onChange(this)
  }

  /** Stops accepting streams until the server answers again. */
  suspect(): void {
    this.#isSuspect = true
  }

  /** Ends it immediately, with all its streams. */
  destroy(): void {
    this.#ping?.cancel()
    this.#http2.destroy()
    // Node leaves a socket open until the server closes it, or until everything written has been sent.
    setImmediate(() => this.#socket.destroy())
  }

  /** Ends it immediately, and resolves when the connection is closed. */
  end(): Promise<void> {
    this.destroy()
    return new Promise((resolve) => this.whenClosed(resolve))
  }

  /** Calls `then` when the connection is closed. */
  whenClosed(then: () => void): void {
    if (this.#forEnd === undefined) then()
    else this.#forEnd.push(then)
  }

  /**
   * Calls `then` when the server has read everything sent so far, as its answer to a PING shows, or the connection is
   * closed.
   */
  whenServerKnows(then: () => void): void {
    if (this.isGone) {
      this.whenClosed(then)
      return
    }
    this.#forPing.push(then)
    // A PING would overtake pending writes, so it is sent after them.
    if (this.#forPing.length === 1 && this.#ping === undefined) setImmediate(() => this.#sendPing())
  }

  #sendPing(): void {
    const waiting = this.#forPing
    this.#forPing = []
    const callAll = (): void => {
      for (const then of waiting.splice(0)) then()
    }
    if (this.isGone) {
      this.whenClosed(callAll)
      return
    }
    const { clock } = this.#options
    const before = this.bytesRead
    const onSilence = (): void => {
      this.#ping = undefined
      if (this.bytesRead === before) this.destroy()
      else this.#onHeard()
    }
    this.#ping = clock.timer(pingTime, () => {
      if (this.bytesRead === before) {
        this.#isSuspect = true
        this.#owner.onChange(this)
      }
      if (this.#open === 0) onSilence()
      else this.#ping = clock.timer(silenceTime - pingTime, onSilence)
    })
    this.#http2.ping((error) => {
      this.#ping?.cancel()
      this.#ping = undefined
      if (error !== null) {
        this.whenClosed(callAll)
        return
      }
      callAll()
      this.#onHeard()
    })
  }

  #onHeard(): void {
    const wasSuspect = this.#isSuspect
    this.#isSuspect = false
    if (this.#forPing.length > 0) this.#sendPing()
    if (wasSuspect) this.#owner.onChange(this)
  }

  #onSettings(): void {
    if (this.#isReady) this.#owner.onChange(this)
    else {
      this.#isReady = true
      if (this.#open === 0) this.#http2.unref()
      this.#owner.onReady(this)
    }
  }

  #onGoaway(goaway: Goaway): void {
    this.#goaway = goaway
    this.retire()
  }

  readonly #onError = (error: Error): void => {
    this.#error ??= error
  }

  #onSocketClosed(): void {
    this.#ping?.cancel()
    const waiting = [...this.#forEnd!, ...this.#forPing]
    this.#forEnd = undefined
    this.#forPing = []
    for (const then of waiting) then()
    this.#owner.onGone(this)
  }
}
