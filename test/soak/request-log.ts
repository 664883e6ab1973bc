import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Requests of one run, as a server has seen them. */
class SeenRun {
  /** Time of each request, in the order of arrival. */
  readonly times: number[] = []
  /** Number of requests by item. */
  readonly byItem = new Map<string, number>()

  get lastAt(): number {
    return this.times.at(-1) ?? Number.NEGATIVE_INFINITY
  }

  /** Number of items that were requested more than once. */
  get doubled(): number {
    return [...this.byItem.values()].filter((times) => times > 1).length
  }

  /** Requests per second between two times. */
  rate(from: number, to: number): number {
    return (this.#between(from, to) * 1_000) / (to - from)
  }

  /** First time after `since` at which the last `span` milliseconds had `count` requests; undefined if none is. */
  firstWith(count: number, span: number, since: number): number | undefined {
    return this.times.find((at, index) => at > since && at - (this.times[index - count + 1] ?? -Infinity) <= span)
  }

  #between(from: number, to: number): number {
    return this.times.filter((at) => at >= from && at < to).length
  }
}

/** Server that answers `/RUN/ITEM` after a delay, and records the requests of each run. */
export class RequestLog implements AsyncDisposable {
  readonly url: string
  readonly #runs = new Map<string, SeenRun>()
  readonly #server: ReturnType<typeof createServer>

  private constructor(server: ReturnType<typeof createServer>, delay: number) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', ({ url }, response) => {
      const [, run = '', item = ''] = url!.split('/')
      const { times, byItem } = this.of(run)
      times.push(performance.now())
      byItem.set(item, (byItem.get(item) ?? 0) + 1)
      setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), delay)
    })
  }

  static async open(delay: number): Promise<RequestLog> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new RequestLog(server, delay)
  }

  of(run: string): SeenRun {
    const seen = this.#runs.get(run) ?? new SeenRun()
    this.#runs.set(run, seen)
    return seen
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
