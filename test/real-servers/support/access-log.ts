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
  readonly #grace: number

  /**
   * A request to `markerUrl` must be logged here. A server of many threads may write the line of an earlier request
   * after it, but not later than `grace` milliseconds.
   */
  constructor(path: string, markerUrl: string, grace = 0) {
    this.#path = path
    this.#markerUrl = markerUrl
    this.#grace = grace
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
