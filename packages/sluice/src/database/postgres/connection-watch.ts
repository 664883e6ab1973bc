import type { Socket } from 'node:net'
import type { ClientBase } from 'pg'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import type { ConnectionSettings, Pg } from './connection-settings.ts'

/** Milliseconds after which an unanswered statement is checked, and between two checks. */
const suspiciousAfter = 3_000
const interval = 1_500
/** Timeout of a check in milliseconds. */
const longestLook = 2_500

/** A connection that waits for an answer. */
interface Waiting {
  readonly since: number
  /** Bytes moved when the server was first seen idle; undefined while it works on the statement. */
  idleAt: number | undefined
}

/**
 * Detects connections that died silently, for example because a firewall dropped them: the client waits for an answer,
 * while the server, asked over another connection, is not working on a statement of this process. Slow statements are
 * left alone. No statement waits longer than 10 s on a dead connection if the server can be reached.
 */
export class ConnectionWatch {
  readonly #pg: Pg
  readonly #settings: ConnectionSettings
  readonly #clock: Clock
  readonly #waiting = new Map<ClientBase, Waiting>()
  readonly #closing = new Cancellation()
  #isLooking = false
  /** Number of dead connections found. */
  deaths = 0

  constructor(pg: Pg, settings: ConnectionSettings, clock: Clock) {
    this.#pg = pg
    this.#settings = settings
    this.#clock = clock
  }

  /**
   * Runs a statement. If the connection turns out to be dead it is closed, and the statement fails as after any lost
   * connection.
   */
  async during<T>(client: ClientBase, statement: () => Promise<T>): Promise<T> {
    this.#waiting.set(client, { since: this.#clock.now(), idleAt: undefined })
    if (!this.#isLooking) void this.#look()
    try {
      return await statement()
    } finally {
      this.#waiting.delete(client)
    }
  }

  close(): void {
    this.#closing.cancel('closed')
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    while (this.#waiting.size > 0 && (await waitFor(this.#clock, interval, this.#closing))) {
      const since = this.#clock.now() - suspiciousAfter
      const suspects = [...this.#waiting].filter(([, waiting]) => waiting.since <= since)
      // Without an answer nothing is known: the server may be unreachable.
      if (suspects.length > 0) await this.#lookInto(suspects).catch(() => undefined)
    }
    this.#isLooking = false
  }

  async #lookInto(suspects: readonly (readonly [ClientBase, Waiting])[]): Promise<void> {
    const idle = await this.#idleSessions(suspects.map(([client]) => pidOf(client)))
    for (const [client, waiting] of suspects) {
      if (this.#waiting.get(client) !== waiting) continue
      const { bytesRead, bytesWritten } = streamOf(client)
      const moved = bytesRead + bytesWritten
      // Its answer may have been in transit during the first check.
      if (!idle.has(pidOf(client))) waiting.idleAt = undefined
      else if (waiting.idleAt !== moved) waiting.idleAt = moved
      else {
        this.deaths++
        streamOf(client).destroy()
      }
    }
  }

  /** Sessions that wait for this client, or no longer exist. */
  async #idleSessions(pids: readonly number[]): Promise<ReadonlySet<number>> {
    const client = new this.#pg.Client({ ...this.#settings.config, query_timeout: longestLook })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const busy = `SELECT pid FROM pg_stat_activity WHERE pid = ANY($1) AND coalesce(state, '') NOT LIKE 'idle%'`
      const { rows } = await client.query(busy, [pids])
      const working = new Set(rows.map(({ pid }) => pid as number))
      return new Set(pids.filter((pid) => !working.has(pid)))
    } finally {
      client.end().catch(() => undefined)
    }
  }
}

const pids = new WeakMap<ClientBase, number>()

/**
 * Sets up a connection, and reads the process id of its server session, which behind a pooler is not the one that the
 * driver was given. @throws errors of the driver, after closing the connection
 */
export async function setUp(client: ClientBase, { setup, servers }: ConnectionSettings): Promise<void> {
  const text = `${setup}; SELECT pg_backend_pid() AS pid, pg_is_in_recovery() AS "isStandby"`
  try {
    const results = (await client.query({ text, query_timeout: longestSetup } as { text: string })) as unknown
    const [row] = (results as readonly { readonly rows: readonly SessionRow[] }[]).at(-1)!.rows
    pids.set(client, row!.pid)
    // After a failover another server accepts writes.
    if (row!.isStandby && !servers.acceptsStandby) throw Object.assign(new Error('it is a standby'), { code: '57P03' })
  } catch (reason) {
    streamOf(client).destroy()
    throw reason
  }
}

interface SessionRow {
  readonly pid: number
  readonly isStandby: boolean
}

/** Timeout in milliseconds for the statements that set up a connection. */
const longestSetup = 5_000

function pidOf(client: ClientBase): number {
  return pids.get(client) ?? 0
}

/** The socket of a connection. */
export function streamOf(client: ClientBase): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream
}
