import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * The least that a pooler in transaction mode does: all its clients share one session of the server, each for the time of a
 * transaction. It speaks no more of the protocol than opening a store needs.
 */
export class TransactionPooler implements AsyncDisposable {
  readonly url: string
  readonly #listener: Server
  readonly #sockets = new Set<Socket>()

  private constructor(url: string, listener: Server) {
    this.url = url
    this.#listener = listener
  }

  static async before(serverUrl: string): Promise<TransactionPooler> {
    const url = new URL(serverUrl)
    const session = connect(Number(url.port), url.hostname)
    session.write(startup(url.username, url.pathname.slice(1)))
    const waiting: { readonly client: Socket; readonly query: Buffer }[] = []
    let owner: Socket | undefined
    let isIdle = false
    const sendNext = (): void => {
      const at = waiting.findIndex(({ client }) => owner === undefined || client === owner)
      if (!isIdle || at < 0) return
      const [{ client, query }] = waiting.splice(at, 1) as [(typeof waiting)[number]]
      owner = client
      isIdle = false
      session.write(query)
    }
    session.on(
      'data',
      eachMessage((type, message) => {
        const state = type === 'Z' ? String.fromCharCode(message[5]!) : undefined
        owner?.write(message)
        if (state === undefined) return
        isIdle = true
        if (state === 'I') owner = undefined
        sendNext()
      }),
    )
    const listener = createServer((client) => {
      pooler.#sockets.add(client)
      client.on('error', () => undefined)
      client.once('data', (request) => {
        // It has no TLS.
        if (request.readInt32BE(4) === 80_877_103) client.write('N')
        else client.write(welcome)
        const greet = (): unknown => client.write(welcome)
        if (request.readInt32BE(4) === 80_877_103) client.once('data', greet)
        client.on(
          'data',
          eachMessage((type, query) => {
            if (type === 'Q') waiting.push({ client, query })
            sendNext()
          }),
        )
      })
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    url.port = String((listener.address() as { readonly port: number }).port)
    const pooler = new TransactionPooler(url.href, listener)
    pooler.#sockets.add(session)
    return pooler
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
  }
}

/** Accepts a client, under a number that is no session's, and is ready for its statements. */
const welcome = Buffer.from('5200000008000000004b0000000c7fffffff000000015a0000000549', 'hex')

function startup(user: string, database: string): Buffer {
  const text = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(text.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, text])
}

/** Cuts a stream into the messages of the protocol. What begins with a zero is the start of a client, and no message. */
function eachMessage(onMessage: (type: string, message: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    if (rest[0] === 0) rest = rest.subarray(rest.readInt32BE(0))
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const length = rest.readInt32BE(1) + 1
      onMessage(String.fromCharCode(rest[0]!), rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
}
