import { Client } from 'pg'
import { openDatabase, openRunDatabase, type TestDatabase } from '../../../../../test/postgres/index.ts'

/** A database of its own, gone at the end of the `await using` block. */
export class Database implements AsyncDisposable {
  readonly url: string
  readonly #close: () => Promise<void>

  private constructor({ url, close }: TestDatabase) {
    this.url = url
    this.#close = close
  }

  /** Database with the tables of a store. */
  static async open(): Promise<Database> {
    return new Database(await openRunDatabase())
  }

  /** Database in which no store was ever opened. */
  static async openEmpty(): Promise<Database> {
    return new Database(await openDatabase())
  }

  /** Rows that a statement returns, as lists. */
  ask(statement: string, url = this.url): Promise<unknown[][]> {
    return ask(url, statement)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

/** Rows that a statement returns, as lists. Several statements at once return nothing. */
export async function ask(url: string, statement: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' })
    return rows ?? []
  } finally {
    await client.end()
  }
}

/** Ends every connection of stores to a database, as a network or an administrator would. Returns how many. */
export async function cutConnections(url: string): Promise<number> {
  const [row] = await ask(
    url,
    `SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity
     WHERE application_name = 'sluice' AND datname = current_database()`,
  )
  return row![0] as number
}
