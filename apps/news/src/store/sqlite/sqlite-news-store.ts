import { StoreError } from 'sluice/stores'
import type { NewsStore } from '../news-store.ts'
import { addArticles } from './add-articles.ts'
import type { Database } from './database.ts'
import { preparePlace } from './file-place.ts'
import { openDatabase } from './open-database.ts'
import {
  healthRows,
  insertQuotaUse,
  quotaUsesAt,
  replaceHealth,
  replaceValidators,
  validatorsOf,
} from './source-rows.ts'
import { asStoreError } from './sqlite-errors.ts'
import { countStories, forgetArticles, markAllStoriesRead, markStories, storiesOf, storyPage } from './story-rows.ts'

/** How a file of news is used. */
export interface SqliteNewsStoreOptions {
  /** Milliseconds to wait for another process that writes; nothing else is done meanwhile. @default 5000 */
  readonly busyTimeout?: number | undefined
}

/**
 * A store of news in one SQLite file, or in memory with `:memory:`. The file and its folder are made if they are not there.
 * Several stores, also of several processes, may have one file open; each waits for the others.
 *
 * @throws StoreError if the file cannot be opened, is something else, or was written by a newer version
 */
export async function sqliteNewsStore(path: string, options: SqliteNewsStoreOptions = {}): Promise<NewsStore> {
  const name = path === ':memory:' ? 'sqlite:memory' : `sqlite:${path}`
  let open: Database | undefined
  try {
    if (path !== ':memory:') preparePlace(name, path)
    open = await openDatabase(name, path, options.busyTimeout)
  } catch (reason) {
    throw asStoreError(reason, name)
  }

  async function perform<T>(how: 'read' | 'write', work: (database: Database) => T): Promise<T> {
    const database = open
    if (database === undefined) throw new StoreError('SLUICE_STORE', `${name}: is closed; open it again`)
    try {
      return database[how](() => work(database))
    } catch (reason) {
      throw asStoreError(reason, name)
    }
  }

  return {
    name,
    add: (articles, fetchedAt) => perform('write', (database) => addArticles(database, articles, fetchedAt)),
    stories: (filter = {}, page = {}) => perform('read', (database) => storyPage(database, filter, page)),
    story: (id) => perform('read', (database) => storiesOf(database, [id])[0]),
    count: (filter = {}) => perform('read', (database) => countStories(database, filter)),
    mark: (ids, marks) => perform('write', (database) => markStories(database, ids, marks)),
    markAllRead: (filter, upTo) => perform('write', (database) => markAllStoriesRead(database, filter, upTo)),
    forget: (source, before) => perform('write', (database) => forgetArticles(database, source, before)),
    health: () => perform('read', healthRows),
    setHealth: (health) => perform('write', (database) => replaceHealth(database, health)),
    validators: (url) => perform('read', (database) => validatorsOf(database, url)),
    setValidators: (url, validators) => perform('write', (database) => replaceValidators(database, url, validators)),
    quotaUses: (quota, at) => perform('read', (database) => quotaUsesAt(database, quota, at)),
    recordQuotaUse: (quota, use, until) => perform('write', (database) => insertQuotaUse(database, quota, use, until)),
    close: async () => {
      const database = open
      open = undefined
      try {
        database?.close()
      } catch (reason) {
        throw asStoreError(reason, name)
      }
    },
  }
}
