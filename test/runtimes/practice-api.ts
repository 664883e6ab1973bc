import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as seen by the API. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly at: number
}

/** An API on loopback with CORS enabled for all origins. */
export interface PracticeApi extends AsyncDisposable {
  readonly port: number
  readonly seen: Seen[]
  /** Maximum number of concurrent requests. */
  most: number
}

/** Starts the API. `files` are also served, by path. */
export async function practiceApi(files: ReadonlyMap<string, string> = new Map()): Promise<PracticeApi> {
  const state = { seen: [] as Seen[], most: 0 }
  let inFlight = 0
  const server = createServer((request, response) => {
    state.most = Math.max(state.most, ++inFlight)
    response.on('close', () => inFlight--)
    answer(request, response, state.seen, files).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(state, { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  seen: Seen[],
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const { method = '', url: path = '', headers } = request
  const at = performance.now()
  const body = Buffer.concat(await request.toArray()).toString()
  const file = files.get(path)
  if (file !== undefined) {
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(file)
    return
  }
  seen.push({ method, path, headers, at })
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-headers', '*')
  response.setHeader('access-control-expose-headers', '*')
  const json = (value: unknown): void => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
  if (method === 'OPTIONS' || path === '/favicon.ico') response.writeHead(204).end()
  else if (path === '/busy' && seen.filter((one) => one.path === path).length < 3) {
    response.writeHead(429, { 'retry-after': '0' }).end('slow down')
  } else if (path === '/events') {
    response.setHeader('content-type', 'text/event-stream')
    for (const word of ['one', 'two', 'three']) {
      response.write(`data: ${word}\n\n`)
      await sleep(20)
    }
    response.end()
  } else if (path === '/cached') {
    response.setHeader('cache-control', 'max-age=60')
    json({ path })
  } else if (path === '/moved') response.writeHead(302, { location: '/items/moved' }).end()
  else if (path.startsWith('/pages')) {
    const page = Number(new URL(path, 'http://api.test').searchParams.get('page'))
    json({ list: page < 4 ? [`${page}a`, `${page}b`] : [] })
  } else if (path === '/cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"a":1')
    setTimeout(() => response.socket?.end(), 20)
  } else if (path !== '/never') {
    await sleep(20)
    json({ path, body })
  }
}
