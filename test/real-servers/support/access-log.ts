import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One request as a server has logged it. */
export interface Logged {
  /** When it was done, in milliseconds since the epoch. */
  readonly at: number
  /** The server's number for the connection it came on. */
  readonly connection: string
  readonly port: number
  readonly method: string
  readonly uri: string
  readonly status: number
  readonly protocol: string
  /** Bytes of the body that were sent. */
  readonly bytes: number
  readonly [header: string]: string | number
}

const longestWait = 5_000
let markers = 0

/** An access log that is written as JSON lines. */
export class AccessLog {
  readonly #path: string
  readonly #markerUrl: string

  /** A request to `markerUrl` must be logged here. */
  constructor(path: string, markerUrl: string) {
    this.#path = path
    this.#markerUrl = markerUrl
  }

  /**
   * The requests whose path begins with `prefix`, in the order of their ends. Whatever was done before this call is there:
   * servers write after they answer, so one more request is sent, and its line awaited.
   */
  async requests(prefix: string): Promise<Logged[]> {
    const marker = `marker=${++markers}`
    await new Promise<void>((resolve, reject) => {
      get(`${this.#markerUrl}?${marker}`, { agent: false }, (answer) => {
        answer.resume().on('end', resolve)
      }).on('error', reject)
    })
    const giveUpAt = performance.now() + longestWait
    for (;;) {
      const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1)
      const logged = lines.map((line) => JSON.parse(line.replaceAll('\\x', '\\\\x')) as Logged)
      if (logged.some(({ uri }) => uri.endsWith(marker))) return logged.filter(({ uri }) => uri.startsWith(prefix))
      if (performance.now() > giveUpAt) throw new Error(`${this.#path} says nothing of ${marker}`)
      await pause(10)
    }
  }
}
