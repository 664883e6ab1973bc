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

/** The server in its own process. */
export class ServerProcess implements Disposable {
  readonly #origin: string
  readonly #stop: () => void

  private constructor(origin: string, stop: () => void) {
    this.#origin = origin
    this.#stop = stop
  }

  static async start(core: number | undefined): Promise<ServerProcess> {
    const command = [process.execPath, join(import.meta.dirname, 'server.ts')]
    const [first, ...others] = pinned(command, core)
    const child = spawn(first, others, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [port] = await once(createInterface(child.stdout), 'line')
    return new ServerProcess(`http://127.0.0.1:${port}`, () => child.kill())
  }

  /** Base URL of a turn: each response comes after `delay` milliseconds, and all requests are counted together. */
  url(turn: string, delay: number): string {
    return `${this.#origin}/${turn}/${delay}`
  }

  async asked(turn: string): Promise<Asked> {
    const response = await fetch(`${this.#origin}/asked/${turn}`)
    return (await response.json()) as Asked
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
