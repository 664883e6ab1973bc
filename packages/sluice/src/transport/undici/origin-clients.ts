import { AsyncLocalStorage } from 'node:async_hooks'
import type { Socket } from 'node:net'
import type { Client, Dispatcher } from 'undici'
import { Queue } from '../../algorithms/queue.ts'

/** Handler of one exchange. */
export interface ExchangeHandler extends Dispatcher.DispatchHandler {
  /** Connection of the exchange, which the handler releases when undici has ended it. Set before it starts. */
  lease: Lease | undefined
  /** True if the exchange was given up before it started. */
  readonly isSettled: boolean
}

/** Idle connections of a transport. */
export interface IdleConnections {
  /** Closes those of an origin after one of them turned out to be dead, since the others may be too. */
  distrustIdle(origin: string): void
}

/** Connection in use by an exchange. */
export interface Lease {
  readonly socket: Socket | undefined
  /** True if it has carried another exchange before. */
  readonly isReused: boolean
  release(): void
}

/** Releases the connection of an exchange that undici has ended. Further calls have no effect. */
export function release(handler: ExchangeHandler): void {
  const { lease } = handler
  handler.lease = undefined
  lease?.release()
}

type Options = Dispatcher.DispatchOptions

/** Creates a client that reports each connection it makes. */
export type OpenClient = (onSocket: (socket: Socket) => void) => Client

interface WaitingExchange {
  readonly options: Options
  readonly handler: ExchangeHandler
  /** Runs a function in the async context in which the exchange was requested. */
  readonly inContext: (run: () => void) => void
}

/**
 * Maximum number of connections opened in one turn of the event loop. Opening 500 takes 60 ms, in which the first ones
 * can send, and may be free again.
 */
const openedInTurn = 16

/**
 * Connections to one origin: a client of undici for each, with one exchange at a time. A connection is used again as
 * soon as its exchange has ended, the one used last first, so that spare ones time out.
 *
 * In place of undici's `Agent` and `Pool`, which give a connection to the next exchange a turn of the event loop later,
 * after its timer for idle connections was started and stopped.
 */
export class OriginClients {
  readonly #open: OpenClient
  readonly #limit: number
  readonly #onEmpty: () => void
  readonly #all = new Set<PooledClient>()
  readonly #idle: PooledClient[] = []
  readonly #waiting = new Queue<WaitingExchange>()
  #openedInTurn = 0
  #isClosed = false

  /** `limit` is the maximum number of connections. `onEmpty` is called when no connection and no exchange is left. */
  constructor(open: OpenClient, limit: number, onEmpty: () => void) {
    this.#open = open
    this.#limit = limit
    this.#onEmpty = onEmpty
  }

  /** Sends a request on an idle connection, on a new one, or later, if as many are open as allowed. */
  dispatch(options: Options, handler: ExchangeHandler): void {
    const client = this.#idle.pop() ?? (this.#mayOpen ? this.#newClient() : undefined)
    if (client === undefined) this.#waiting.push({ options, handler, inContext: AsyncLocalStorage.snapshot() })
    else client.dispatch(options, handler)
  }

  /** Closes the idle connections, to free resources for others or because they may be dead. */
  closeIdle(): void {
    for (const { socket } of this.#idle) socket?.destroy()
  }

  /** Ends all exchanges, and closes the connections. */
  async destroy(): Promise<void> {
    this.#isClosed = true
    // One for all: undici would make one for each connection, and Node writes out the stack of each.
    const error = new Error('the transport was closed')
    for (let next = this.#nextWaiting(); next !== undefined; next = this.#nextWaiting())
      next.handler.onResponseError?.(null as never, error)
    await Promise.all(Array.from(this.#all, ({ client }) => client.destroy(error)))
  }

  get #mayOpen(): boolean {
    return this.#all.size < this.#limit && this.#openedInTurn < openedInTurn
  }

  readonly #onNextTurn = (): void => {
    this.#openedInTurn = 0
    while (this.#mayOpen) {
      const next = this.#nextWaiting()
      if (next === undefined) return
      this.#start(next, this.#newClient())
    }
  }

  #newClient(): PooledClient {
    if (this.#openedInTurn++ === 0) setImmediate(this.#onNextTurn)
    const client = new PooledClient(this.#open, {
      onReleased: (released) => this.#onReleased(released),
      onDisconnected: (lost) => this.#forgetIdle(lost),
    })
    this.#all.add(client)
    return client
  }

  #onReleased(client: PooledClient): void {
    if (!client.isConnected) this.#all.delete(client)
    if (this.#isClosed) return
    const next = this.#nextWaiting()
    if (next !== undefined) this.#start(next, client.isConnected ? client : this.#newClient())
    else if (client.isConnected) this.#idle.push(client)
    else if (this.#all.size === 0) this.#onEmpty()
  }

  #start({ options, handler, inContext }: WaitingExchange, client: PooledClient): void {
    inContext(() => client.dispatch(options, handler))
  }

  #nextWaiting(): WaitingExchange | undefined {
    let next = this.#waiting.shift()
    while (next?.handler.isSettled === true) next = this.#waiting.shift()
    return next
  }

  #forgetIdle(client: PooledClient): void {
    const place = this.#idle.indexOf(client)
    if (place === -1) return
    this.#idle.splice(place, 1)
    this.#all.delete(client)
    if (this.#all.size === 0 && !this.#isClosed) this.#onEmpty()
  }
}

interface PooledClientEvents {
  onReleased(client: PooledClient): void
  onDisconnected(client: PooledClient): void
}

/** Connection that is opened for its first exchange, and again for a later one if it was closed just before. */
class PooledClient implements Lease {
  readonly client: Client
  readonly #events: PooledClientEvents
  socket: Socket | undefined
  isConnected = false
  isReused = false

  constructor(open: OpenClient, events: PooledClientEvents) {
    this.client = open((socket) => {
      this.socket = socket
      this.isReused = false
    })
    this.#events = events
    this.client.on('connect', () => {
      this.isConnected = true
    })
    this.client.on('disconnect', () => {
      this.isConnected = false
      events.onDisconnected(this)
    })
  }

  dispatch(options: Options, handler: ExchangeHandler): void {
    handler.lease = this
    this.client.dispatch(options, handler)
  }

  release(): void {
    this.isReused = true
    this.#events.onReleased(this)
  }
}
