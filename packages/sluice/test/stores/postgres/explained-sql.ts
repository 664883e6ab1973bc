import { Client } from 'pg'
import type { Sql, SqlRow, SqlValue } from '../../../src/database/postgres/sql.ts'
import { planning as planningSettings } from '../../../src/stores/postgres/bounded-statements.ts'

/** Node of a plan, as EXPLAIN ANALYZE writes it in JSON. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

/** A table that was read by a statement. */
export interface TableScan {
  readonly table: string
  /** Such as `Index Scan` and `Seq Scan`. */
  readonly kind: string
  /** Rows that were looked at, of use or not. */
  readonly rows: number
}

/** A connection that sees the plans of its statements, and of those within functions. */
export class ExplainedSql implements Sql, AsyncDisposable {
  readonly #client: Client
  #scans: TableScan[] = []

  private constructor(client: Client) {
    this.#client = client
    client.setTypeParser(20, Number)
    client.on('notice', ({ message = '' }) => {
      const plan = /^duration: [\d.]+ ms {2}plan:\n(.*)$/s.exec(message)
      if (plan !== null) this.#collect((JSON.parse(plan[1]!) as { readonly Plan: PlanNode }).Plan)
    })
  }

  /** `planning` is a value of `plan_cache_mode`. */
  static async open(url: string, planning: 'force_generic_plan' | 'force_custom_plan'): Promise<ExplainedSql> {
    const settings = ['log_min_duration=0', 'log_nested_statements=on', 'log_analyze=on', 'log_timing=off']
    const client = new Client({ connectionString: url, options: '-c search_path=sluice' })
    await client.connect()
    await client.query("LOAD 'auto_explain'")
    await client.query("SET auto_explain.log_format = 'json'; SET auto_explain.log_level = 'notice'")
    for (const setting of settings) await client.query(`SET auto_explain.${setting}`)
    await client.query(`SET plan_cache_mode = ${planning}; ${planningSettings}`)
    return new ExplainedSql(client)
  }

  /** Tables that are read by what `work` asks, and by nothing else. */
  async scansOf(work: () => Promise<unknown>): Promise<readonly TableScan[]> {
    this.#scans = []
    await work()
    return this.#scans
  }

  async query(name: string | undefined, text: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.#client.query({ ...(name === undefined ? {} : { name }), text, values: [...values] })).rows
  }

  async queryOnce(name: string | undefined, text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.query(name, text, values)
  }

  async change(text: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#client.query(text, [...values])).rowCount ?? 0
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    await this.#client.query('BEGIN')
    const result = await work(this)
    await this.#client.query('COMMIT')
    return result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  #collect(node: PlanNode): void {
    const { 'Relation Name': table, 'Actual Rows': rows, 'Actual Loops': loops } = node
    // An index that is read for a bitmap names no table: the heap above it does.
    if (table !== undefined && node['Node Type'].includes('Scan')) {
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
      this.#scans.push({ table, kind: node['Node Type'], rows: Math.round((rows + removed) * loops) })
    }
    for (const plan of node.Plans ?? []) this.#collect(plan)
  }
}
