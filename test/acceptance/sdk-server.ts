import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request received by a look-alike API. */
interface SeenCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Milliseconds since the start of the server. */
  readonly at: number
  /** Response sent. */
  readonly status: number
}

/** Response of a look-alike. */
export interface LookAlikeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface LookAlike extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly SeenCall[]
  readonly maxAtOnce: number
}

/** Milliseconds that a response takes, so that calls overlap. */
const work = 40

/**
 * Starts an API on loopback with a concurrency limit: requests beyond it are refused. The first request is refused too,
 * with a Retry-After of one second.
 */
export async function lookAlike(
  mostAllowed: number,
  answer: (request: { readonly method: string; readonly path: string; readonly body: string }) => LookAlikeAnswer,
): Promise<LookAlike> {
  const seen: SeenCall[] = []
  const counts = { now: 0, most: 0 }
  const startedAt = performance.now()

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counts.most = Math.max(counts.most, ++counts.now)
    const at = performance.now() - startedAt
    const isFirst = seen.length === 0
    const { method = '', url: path = '', headers } = request
    const refusal = isFirst || counts.now > mostAllowed
    const call = { method, path, headers, at, body: '', status: refusal ? 429 : 200 }
    seen.push(call)
    for await (const chunk of request) call.body += chunk
    await new Promise((resolve) => setTimeout(resolve, work))
    const given = refusal
      ? { status: 429, headers: { 'retry-after': '1' }, body: { message: 'too much, come back later' } }
      : answer(call)
    call.status = given.status ?? 200
    const isText = typeof given.body === 'string'
    response.writeHead(call.status, { 'content-type': isText ? 'text/plain' : 'application/json', ...given.headers })
    counts.now--
    response.end(isText ? given.body : JSON.stringify(given.body))
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get maxAtOnce() {
      return counts.most
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
