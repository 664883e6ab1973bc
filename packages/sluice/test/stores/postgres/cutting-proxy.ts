import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A network between stores and their server, which can be made to fail. */
export class CuttingProxy implements AsyncDisposable {
  /** URL of the server through this proxy. */
  readonly url: string
  readonly #listener: Server
  readonly #pairs: Set<readonly [Socket, Socket]>
  #isLosingAnswers = false
  /** True while nothing passes, on new connections neither. */
  isDown = false
  /** Milliseconds that all takes on its way, there and back. */
  delay = 0

  private constructor(url: string, listener: Server, pairs: Set<readonly [Socket, Socket]>) {
    this.url = url
    this.#listener = listener
    this.#pairs = pairs
  }

  static async before(serverUrl: string): Promise<CuttingProxy> {
    const url = new URL(serverUrl)
    const port = Number(url.port)
    const pairs = new Set<readonly [Socket, Socket]>()
    const listener = createServer((client) => {
      const server = connect(port, '127.0.0.1')
      pairs.add([client, server])
      client.on('error', () => undefined).on('data', (bytes) => proxy.#later(() => proxy.isDown || server.write(bytes)))
      server.on('error', () => undefined).on('data', (bytes) => proxy.#later(() => proxy.#answer(client, bytes)))
      client.on('end', () => server.end())
      server.on('end', () => client.end())
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    url.port = String((listener.address() as { readonly port: number }).port)
    const proxy = new CuttingProxy(url.href, listener, pairs)
    return proxy
  }

  /** Stores are cut off, and the server does not hear of it: to it their sessions are as alive as ever. */
  cutUnheard(): void {
    for (const [client, server] of this.#pairs) {
      client.removeAllListeners('end')
      server.removeAllListeners('data').resume()
      client.destroy()
    }
  }

  /** The connections that there are die without a word: nothing passes on them any more. New ones work. */
  silence(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.removeAllListeners('data').resume()
  }

  /** Drops the next answer, once; the request reaches the server. */
  loseNextAnswer(): void {
    this.#isLosingAnswers = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #later(pass: () => unknown): void {
    if (this.delay === 0) pass()
    else setTimeout(pass, this.delay)
  }

  #answer(client: Socket, bytes: Buffer): void {
    if (this.isDown) return
    if (this.#isLosingAnswers) client.destroy()
    else client.write(bytes)
    this.#isLosingAnswers = false
  }
}
