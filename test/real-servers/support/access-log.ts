import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One request in the log of a server. */
export interface Logged {
  /** End of the request in milliseconds since the epoch. */
  readonly at: number
  /** Number of the connection, assigned by the server. */
  readonly connection: string
  readonly port: number
  readonly method: string
  readonly uri: string
  readonly status: number
  readonly protocol: string
  /** Number of body bytes sent. */
  readonly bytes: number
  readonly [header: string]: string | number
}

const longestWait = 5_000
let markers = 0

/** Access log in JSON lines. */
export class AccessLog {
  readonly #path: string
  readonly #markerUrl: string
  readonly #grace: number

  /**
   * Requests to `markerUrl` must be logged here. A multi-threaded server may log an earlier request after the marker,
   * but not later than `grace` milliseconds.
   */
  constructor(path: string, markerUrl: string, grace = 0) {
    this.#path = path
    this.#markerUrl = markerUrl
    this.#grace = grace
  }

  /**
   * Requests whose path starts with `prefix`, in the order in which they ended. Includes all requests that ended before
   * this call: servers log after they respond, so a marker request is sent and its line awaited.
   */
  async requests(prefix: string): Promise<Logged[]> {
    const marker = `marker=${++markers}`
    await new Promise<void>((resolve, reject) => {
      get(`${this.#markerUrl}?${marker}`, { agent: false }, (answer) => {
        answer.resume().on('end', resolve)
      }).on('error', reject)
    })
    const giveUpAt = performance.now() + longestWait
    while (!this.#read().some(({ uri }) => uri.endsWith(marker))) {
      if (performance.now() > giveUpAt) throw new Error(`${this.#path} says nothing of ${marker}`)
      await pause(10)
    }
    if (this.#grace > 0) await pause(this.#grace)
    return this.#read().filter(({ uri }) => uri.startsWith(prefix))
  }

  #read(): Logged[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line.replaceAll('\\x', '\\\\x')) as Logged)
  }
}
