import { loadSettings } from '../settings/settings-file.ts'
import type { NewsSettings } from '../settings/source-setting.ts'
import type { SourceAdapter } from '../source.ts'
import type { NewsStore } from '../store/news-store.ts'
import { openStore } from './open-store.ts'
import { type OffSource, ownSources } from './own-sources.ts'
import { placesIn } from './places.ts'
import { type Simulated, startSimulated } from './simulated.ts'

/** What all verbs work with. */
export interface Reader extends AsyncDisposable {
  /** Not with the practice API, unless it is told where. */
  readonly isKept: boolean
  readonly settings: NewsSettings
  readonly sources: readonly SourceAdapter[]
  readonly off: readonly OffSource[]
  readonly store: NewsStore
  /** What readers call the sources, by their key. */
  readonly titles: ReadonlyMap<string, string>
}

export interface ReaderOptions {
  /** The folder for sources and database. */
  readonly data?: string | undefined
  /** The database: the address of one on PostgreSQL, or an SQLite file. @default NEWS_STORE, or a file in the folder */
  readonly store?: string | undefined
  /** Made-up news from the practice API; kept in memory, unless a folder or a database is given. */
  readonly simulated?: boolean | undefined
  readonly env: NodeJS.ProcessEnv
}

/** Opens everything. @throws SettingsError if the settings are wrong; what the store throws if it cannot be opened. */
export async function openReader(options: ReaderOptions): Promise<Reader> {
  const { data, simulated = false, env } = options
  const given = options.store ?? (env.NEWS_STORE || undefined)
  const places = simulated && data === undefined ? undefined : placesIn(data, env)
  const practice: Simulated | undefined = simulated ? await startSimulated() : undefined
  try {
    const settings = practice?.settings ?? (await loadSettings(places!.settings))
    const { on, off } = ownSources(settings, practice === undefined ? env : { ...practice.keys })
    const store = await openStore(given ?? places?.store ?? ':memory:')
    return {
      isKept: given !== undefined || places !== undefined,
      settings,
      sources: on,
      off,
      store,
      titles: new Map(on.map(({ key, title }) => [key, title])),
      async [Symbol.asyncDispose]() {
        await store.close()
        await practice?.close()
      },
    }
  } catch (error) {
    await practice?.close()
    throw error
  }
}
