import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Requests that may wait for their turn on one connection, until nothing more is read from it. */
const mostWaiting = 100

/** A request on its turn, or one that waits for it. */
interface Turn {
  /** Undefined for a refusal, after which nothing is read. */
  readonly request: IncomingMessage | undefined
  readonly run: () => Promise<void> | void
  readonly onOver: () => void
}

/**
 * Requests of one connection, answered one after another: their answers stand in this order, and one that was sent ahead may need
 * what those before it have done (RFC 9112 section 9.3.2).
 */
export class Turns {
  readonly #socket: Duplex
  readonly #waiting: Turn[] = []
  #current: Turn | undefined
  #isPaused = false
  #isRefused = false
  /** Requests so far. */
  #taken = 0
  /** Called once when reading goes on. */
  #onResumed: (() => void) | undefined

  private constructor(socket: Duplex) {
    this.#socket = socket
    // Node itself goes on reading after each answer.
    socket.on('resume', () => this.#isPaused && socket.pause())
  }

  /** Turns of a connection, the same each time. */
  static of(socket: Duplex): Turns {
    const turns = known.get(socket) ?? new Turns(socket)
    known.set(socket, turns)
    return turns
  }

  /** True if nothing is read because too many wait. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Answers a request when those before it are answered, or never if the connection ends first. `run` must not throw. */
  take(request: IncomingMessage, run: () => Promise<void>): Promise<void> {
    this.#taken++
    return new Promise((onOver) => this.#add({ request, run, onOver }))
  }

  /**
   * Answers bytes that are no request: after the requests before them, at once if they are in the body of the one on its turn,
   * and in place of one that waits.
   */
  refuse(run: (isBodyBroken: boolean) => void): void {
    if (this.#isRefused) return
    this.#isRefused = true
    const last = this.#waiting.at(-1)
    if (last === undefined && this.#current?.request?.complete === false) {
      run(true)
      return
    }
    if (last?.request?.complete === false) {
      this.#waiting.pop()
      last.onOver()
    }
    this.#add({ request: undefined, run: () => run(false), onOver: () => {} })
  }

  /** Calls `listener` some time after reading has gone on, if no request has come by then. */
  onSilence(time: number, listener: () => void): void {
    this.#onResumed = () => {
      const taken = this.#taken
      setTimeout(() => this.#taken === taken && listener(), time).unref()
    }
  }

  #add(turn: Turn): void {
    if (this.#current === undefined) {
      void this.#serve(turn)
      return
    }
    this.#waiting.push(turn)
    if (this.#waiting.length < mostWaiting || this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  async #serve(first: Turn): Promise<void> {
    for (let turn: Turn | undefined = first; turn !== undefined; turn = this.#waiting.shift()) {
      this.#current = turn
      if (this.#isPaused && this.#waiting.length < mostWaiting) this.#goOn()
      if (!this.#socket.destroyed) await turn.run()
      turn.onOver()
    }
    this.#current = undefined
  }

  #goOn(): void {
    this.#isPaused = false
    this.#socket.resume()
    this.#onResumed?.()
    this.#onResumed = undefined
  }
}

const known = new WeakMap<Duplex, Turns>()
