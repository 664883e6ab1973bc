import type { Clock } from 'sluice'
import { Cancellation, systemClock } from 'sluice/internal'
import { StoreError } from 'sluice/stores'
import type { NewsStore } from '../news-store.ts'
import { addArticles } from './add-articles.ts'
import { postgresAddress } from './address.ts'
import type { Database } from './database.ts'
import { openDatabase } from './open-database.ts'
import { asStoreError } from './postgres-errors.ts'
import { schemaOf } from './schema-name.ts'
import {
  healthRows,
  insertQuotaUse,
  quotaUsesAt,
  replaceHealth,
  replaceValidators,
  validatorsOf,
} from './source-rows.ts'
import { countStories, forgetArticles, markAllStoriesRead, markStories, storyById, storyPage } from './story-rows.ts'

/** How a database of news is used. */
export interface PostgresNewsStoreOptions {
  /** Where the tables are. It is made if it is not there. @default 'news' */
  readonly schema?: string | undefined
  /** Connections at the same time, at most. @default 4 */
  readonly connections?: number | undefined
  /** Milliseconds for which it is tried again when the connection is lost. @default 60000 */
  readonly patience?: number | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/**
 * A store of news in a PostgreSQL database, `postgres://user:password@host:5432/database`. Any number of processes on any number
 * of hosts may use it at the same time.
 *
 * A connection that is lost is made again, and what was asked is asked again. It is done once; but if the answer was lost, what
 * `add`, `forget` and `markAllRead` count is what was left to do.
 *
 * @throws SettingsError for an address or a schema that cannot be; StoreError if the database cannot be reached or used, or was
 * written by a newer version. No message has the password.
 */
export async function postgresNewsStore(address: string, options: PostgresNewsStoreOptions = {}): Promise<NewsStore> {
  const { connections = 4, patience = 60_000, clock = systemClock } = options
  const schema = schemaOf(options.schema ?? 'news')
  const { name, config } = await postgresAddress(address)
  const leaving = new Cancellation()
  let open: Database | undefined
  try {
    open = await openDatabase({ name, config, schema, connections, patience, clock, leaving })
  } catch (reason) {
    throw asStoreError(reason, name)
  }

  async function perform<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = open
    if (database === undefined) throw new StoreError('SLUICE_STORE', `${name}: is closed; open it again`)
    try {
      return await work(database)
    } catch (reason) {
      throw asStoreError(reason, name)
    }
  }

  return {
    name,
    add: (articles, fetchedAt) => perform((database) => addArticles(database, articles, fetchedAt)),
    stories: (filter = {}, page = {}) => perform((database) => storyPage(database, filter, page)),
    story: (id) => perform((database) => storyById(database, id)),
    count: (filter = {}) => perform((database) => countStories(database, filter)),
    mark: (ids, marks) => perform((database) => markStories(database, ids, marks)),
    markAllRead: (filter, upTo) => perform((database) => markAllStoriesRead(database, filter, upTo)),
    forget: (source, before) => perform((database) => forgetArticles(database, source, before)),
    health: () => perform(healthRows),
    setHealth: (health) => perform((database) => replaceHealth(database, health)),
    validators: (url) => perform((database) => validatorsOf(database, url)),
    setValidators: (url, validators) => perform((database) => replaceValidators(database, url, validators)),
    quotaUses: (quota, at) => perform((database) => quotaUsesAt(database, quota, at)),
    recordQuotaUse: (quota, use, until) => perform((database) => insertQuotaUse(database, quota, use, until)),
    close: async () => {
      const database = open
      open = undefined
      leaving.cancel('closed')
      await database?.close()
    },
  }
}
