import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Maximum number of waiting requests on one connection; beyond it, reading pauses. */
const maxWaiting = 100

/** Request in progress or waiting for its turn. */
interface Turn {
  /** Undefined for a refusal, after which reading stops. */
  readonly request: IncomingMessage | undefined
  readonly run: () => Promise<void> | void
  readonly onOver: () => void
}

/**
 * Requests of one connection, handled one after another: responses must be in this order, and a pipelined request may
 * depend on the effects of earlier ones (RFC 9112 section 9.3.2).
 */
export class Turns {
  readonly #socket: Duplex
  readonly #waiting: Turn[] = []
  #current: Turn | undefined
  #isPaused = false
  #isRefused = false
  /** Number of requests so far. */
  #taken = 0
  /** Called once when reading resumes. */
  #onResumed: (() => void) | undefined

  private constructor(socket: Duplex) {
    this.#socket = socket
    // Node resumes reading after each response.
    socket.on('resume', () => this.#isPaused && socket.pause())
  }

  /** Returns the turns of a connection: always the same instance. */
  static of(socket: Duplex): Turns {
    const turns = known.get(socket) ?? new Turns(socket)
    known.set(socket, turns)
    return turns
  }

  /** True if reading is paused because too many requests wait. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Runs the handler of a request after all earlier ones, or never if the connection ends. `run` must not throw. */
  take(request: IncomingMessage, run: () => Promise<void>): Promise<void> {
    this.#taken++
    return new Promise((onOver) => this.#add({ request, run, onOver }))
  }

  /**
   * Responds to bytes that are not a request: after the earlier requests; immediately if the bytes are in the body of
   * the current request; and in place of a waiting request whose body they are in.
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

  /** Calls `listener` if no request arrives within `time` ms after reading has resumed. */
  onSilence(time: number, listener: () => void): void {
    const onResumed = (): void => {
      const taken = this.#taken
      setTimeout(() => this.#taken === taken && listener(), time).unref()
    }
    this.#onResumed = onResumed
  }

  #add(turn: Turn): void {
    if (this.#current === undefined) {
      void this.#serve(turn)
      return
    }
    this.#waiting.push(turn)
    if (this.#waiting.length < maxWaiting || this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  async #serve(first: Turn): Promise<void> {
    for (let turn: Turn | undefined = first; turn !== undefined; turn = this.#waiting.shift()) {
      this.#current = turn
      if (this.#isPaused && this.#waiting.length < maxWaiting) this.#goOn()
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
