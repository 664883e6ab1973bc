import type { Client } from 'pg'
import type { ConnectionSettings, Pg } from '../../database/postgres/connection-settings.ts'
import { ConnectionWatch, setUp } from '../../database/postgres/connection-watch.ts'
import { isPassing } from '../../database/postgres/postgres-errors.ts'
import type { SqlRow, SqlValue } from '../../database/postgres/sql.ts'
import { systemClock } from '../../time/system-clock.ts'

/** Methods of pg that are missing from its types. */
type RefClient = Client & { ref(): void; unref(): void }

/** Identity of a server session: process ids are reused, so the start time is part of it. */
export interface SessionIdentity {
  readonly pid: number
  readonly startedAt: string
}

/** Dedicated connection for locks that last as long as it does. It does not keep the process alive. */
export class LockSession {
  readonly identity: SessionIdentity
  readonly #client: RefClient
  readonly #watch: ConnectionWatch
  #turn: Promise<unknown> = Promise.resolve()
  #isLost = false
  readonly #onLost: (session: LockSession) => void

  private constructor(
    client: RefClient,
    watch: ConnectionWatch,
    identity: SessionIdentity,
    onLost: (session: LockSession) => void,
  ) {
    this.identity = identity
    this.#client = client
    this.#watch = watch
    this.#onLost = onLost
    client.on('error', this.#lose)
    client.on('end', this.#lose)
    client.unref()
  }

  /** Opens a session. `onLost` is called at most once, and not after `close`. */
  static async open(
    pg: Pg,
    settings: ConnectionSettings,
    onLost: (session: LockSession) => void,
  ): Promise<LockSession> {
    const client = new pg.Client(settings.config)
    client.on('error', () => undefined)
    try {
      await client.connect()
      await setUp(client, settings)
      const { rows } = await client.query(
        'SELECT pid, backend_start::text AS started FROM pg_stat_activity WHERE pid = pg_backend_pid()',
      )
      const watch = new ConnectionWatch(pg, settings, systemClock)
      return new LockSession(client as RefClient, watch, { pid: rows[0].pid, startedAt: rows[0].started }, onLost)
    } catch (reason) {
      settings.servers.next()
      client.end().catch(() => undefined)
      throw reason
    }
  }

  /** Runs statements one after the other, in the order of the calls. */
  ask(text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    const answer = this.#turn.then(() => this.#query(text, values))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** Closes the session, which releases all of its locks. */
  async close(): Promise<void> {
    this.#isLost = true
    await this.#turn
    // If the server is unreachable, it detects the end of the session by itself.
    this.#client.end().catch(() => undefined)
  }

  async #query(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    this.#client.ref()
    try {
      return (await this.#watch.during(this.#client, () => this.#client.query(text, values as SqlValue[]))).rows
    } catch (reason) {
      if (isPassing(reason)) this.#lose()
      throw reason
    } finally {
      this.#client.unref()
    }
  }

  #lose = (): void => {
    if (this.#isLost) return
    this.#isLost = true
    this.#client.end().catch(() => undefined)
    this.#onLost(this)
  }
}
