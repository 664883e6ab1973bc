import { openSqlite, type SqliteDatabase } from 'sluice/internal'
import { StoreError } from 'sluice/stores'
import type { NewsStore } from '../news-store.ts'
import { addArticles, knownIds } from './add-articles.ts'
import { newsSchema } from './schema.ts'
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
  contentsOf,
  countStories,
  countUnread,
  forgetArticles,
  keepFullText,
  markAllStoriesRead,
  markStories,
  separateArticle,
  storiesOf,
  storyPage,
} from './story-rows.ts'

/** Options of a news database in SQLite. */
export interface SqliteNewsStoreOptions {
  /** Milliseconds to wait for another process that writes; blocks this process meanwhile. @default 5000 */
  readonly busyTimeout?: number | undefined
}

/**
 * News store in one SQLite file, or in memory with `:memory:`. The file and its folder are created if necessary.
 * Several stores, also in several processes, may use one file at the same time; each waits for the others.
 *
 * @throws StoreError if the file cannot be opened, is not a news database, or was written by a newer version
 */
export async function sqliteNewsStore(path: string, options: SqliteNewsStoreOptions = {}): Promise<NewsStore> {
  const name = path === ':memory:' ? 'sqlite:memory' : `sqlite:${path}`
  const { database, explained } = await openSqlite({
    store: name,
    path,
    schema: newsSchema,
    busyTimeout: options.busyTimeout ?? 5_000,
    driver: 'node:sqlite',
  })
  let isClosed = false

  async function perform<T>(how: 'read' | 'write', work: (database: SqliteDatabase) => T): Promise<T> {
    if (isClosed) throw new StoreError('SLUICE_STORE', `${name}: is closed; open it again`)
    return explained(() => database[how](() => work(database)))
  }

  return {
    name,
    add: (articles, fetchedAt) => perform('write', (database) => addArticles(database, articles, fetchedAt)),
    known: (source, ids) => perform('read', (database) => knownIds(database, source, ids)),
    stories: (filter = {}, page = {}) => perform('read', (database) => storyPage(database, filter, page)),
    story: (id) => perform('read', (database) => storiesOf(database, [id])[0]),
    contents: (story) => perform('read', (database) => contentsOf(database, story)),
    setFullText: (source, sourceId, text) =>
      perform('write', (database) => keepFullText(database, source, sourceId, text)),
    count: (filter = {}) => perform('read', (database) => countStories(database, filter)),
    unread: (groups) => perform('read', (database) => countUnread(database, groups)),
    mark: (ids, marks) => perform('write', (database) => markStories(database, ids, marks)),
    markAllRead: (filter, upTo, addedBy) =>
      perform('write', (database) => markAllStoriesRead(database, filter, upTo, addedBy)),
    separate: (story, source, sourceId) =>
      perform('write', (database) => separateArticle(database, story, source, sourceId)),
    dropSource: (source) => perform('write', (database) => removeSource(database, source)),
    forget: (source, before) => perform('write', (database) => forgetArticles(database, source, before)),
    health: () => perform('read', healthRows),
    setHealth: (health) => perform('write', (database) => replaceHealth(database, health)),
    validators: (url) => perform('read', (database) => validatorsOf(database, url)),
    setValidators: (url, validators) => perform('write', (database) => replaceValidators(database, url, validators)),
    quotaUses: (quota, at) => perform('read', (database) => quotaUsesAt(database, quota, at)),
    recordQuotaUse: (quota, use, until) => perform('write', (database) => insertQuotaUse(database, quota, use, until)),
    close: async () => {
      if (isClosed) return
      isClosed = true
      explained(() => database.close())
    },
  }
}
