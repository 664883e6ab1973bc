import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pinned } from './pinning.ts'

/** Figures of the server for one turn. */
export interface Asked {
  readonly count: number
  /** Milliseconds since the epoch, with fractions; missing if it was never asked. */
  readonly firstAt?: number
  /** Milliseconds from a request to its answer, of all together; 0 without a delay. */
  readonly delayed?: number
}

/** Ways in which the server speaks. */
export type Protocol = 'http' | 'https' | 'http2'

/** Bodies of the server besides the usual one: a list of 11 KB, one of 1 MB in gzip, and 20 events one by one. */
export type Body = 'large' | 'packed' | 'events'

/** The server in its own process. */
export class ServerProcess implements Disposable {
  readonly #origins: Readonly<Record<Protocol, string>>
  readonly #stop: () => void

  private constructor(origins: Readonly<Record<Protocol, string>>, stop: () => void) {
    this.#origins = origins
    this.#stop = stop
  }

  static async start(core: number | undefined): Promise<ServerProcess> {
    const command = [process.execPath, join(import.meta.dirname, 'server.ts')]
    const [first, ...others] = pinned(command, core)
    const child = spawn(first, others, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const [plain, tls, http2] = line.split(' ')
    const origins = {
      http: `http://127.0.0.1:${plain}`,
      https: `https://127.0.0.1:${tls}`,
      http2: `https://127.0.0.1:${http2}`,
    }
    return new ServerProcess(origins, () => child.kill())
  }

  /** Base URL of a turn: each response comes after `delay` milliseconds, and all requests are counted together. */
  url(turn: string, delay: number, protocol: Protocol = 'http', body?: Body): string {
    return `${this.#origins[protocol]}/${turn}/${delay}${body === undefined ? '' : `/${body}`}`
  }

  async asked(turn: string): Promise<Asked> {
    const response = await fetch(`${this.#origins.http}/asked/${turn}`)
    return (await response.json()) as Asked
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
