import { StoreError } from 'sluice/stores'
import type { NewsStore } from '../news-store.ts'
import { addArticles } from './add-articles.ts'
import { contentsOf, keepFullText } from './content-rows.ts'
import { Database } from './database.ts'
import { knownIds } from './known-articles.ts'
import {
  healthRows,
  insertQuotaUse,
  quotaUsesAt,
  removeSource,
  replaceHealth,
  replaceValidators,
  validatorsOf,
} from './source-rows.ts'
import {
  countStories,
  countUnread,
  forgetArticles,
  markAllStoriesRead,
  markStories,
  separateArticle,
  storyById,
  storyPage,
} from './story-rows.ts'

/** Options of a news database in PostgreSQL. */
export interface PostgresNewsStoreOptions {
  /** Schema of the tables, created if it does not exist. @default 'news' */
  readonly schema?: string | undefined
  /** Maximum number of connections. @default 4 */
  readonly connections?: number | undefined
  /** Milliseconds to try to restore a lost connection. @default 60000 */
  readonly reconnectTimeout?: number | undefined
}

/**
 * News store in a PostgreSQL database, `postgres://user:password@host:5432/database`. Any number of processes on any number
 * of hosts may use it at the same time.
 *
 * After a lost connection the work is repeated and takes effect once. If the confirmation was lost, the counts of
 * `add`, `forget` and `markAllRead` may be too small.
 *
 * @throws SettingsError for an invalid URL or schema; StoreError if the database cannot be reached or used, or was
 * written by a newer version. No message contains the password.
 */
export async function postgresNewsStore(url: string, options: PostgresNewsStoreOptions = {}): Promise<NewsStore> {
  const { schema = 'news', connections = 4, reconnectTimeout = 60_000 } = options
  const database = await Database.open(url, { schema, connections, reconnectTimeout })
  const { name } = database
  let isClosed = false

  async function perform<T>(work: (database: Database) => Promise<T>): Promise<T> {
    if (isClosed) throw new StoreError('SLUICE_STORE', `${name}: is closed; open it again`)
    return await work(database)
  }

  return {
    name,
    add: (articles, fetchedAt) => perform((database) => addArticles(database, articles, fetchedAt)),
    known: (source, ids) => perform((database) => knownIds(database, source, ids)),
    stories: (filter = {}, page = {}) => perform((database) => storyPage(database, filter, page)),
    story: (id) => perform((database) => storyById(database, id)),
    contents: (story) => perform((database) => contentsOf(database, story)),
    setFullText: (source, sourceId, text) => perform((database) => keepFullText(database, source, sourceId, text)),
    count: (filter = {}) => perform((database) => countStories(database, filter)),
    unread: (groups) => perform((database) => countUnread(database, groups)),
    mark: (ids, marks) => perform((database) => markStories(database, ids, marks)),
    markAllRead: (filter, upTo, addedBy) => perform((database) => markAllStoriesRead(database, filter, upTo, addedBy)),
    separate: (story, source, sourceId) => perform((database) => separateArticle(database, story, source, sourceId)),
    dropSource: (source) => perform((database) => removeSource(database, source)),
    forget: (source, before) => perform((database) => forgetArticles(database, source, before)),
    health: () => perform(healthRows),
    setHealth: (health) => perform((database) => replaceHealth(database, health)),
    validators: (url) => perform((database) => validatorsOf(database, url)),
    setValidators: (url, validators) => perform((database) => replaceValidators(database, url, validators)),
    quotaUses: (quota, at) => perform((database) => quotaUsesAt(database, quota, at)),
    recordQuotaUse: (quota, use, until) => perform((database) => insertQuotaUse(database, quota, use, until)),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await database.close()
    },
  }
}
