import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { SettingsError } from 'sluice'
import { isPostgresUrl, readPostgresUrl } from 'sluice/internal'
import type { SourceHealth } from '../model/news.ts'
import type { SourceAdapter } from '../model/source.ts'
import { authOf, secretOf } from '../settings/credentials.ts'
import { limitsOf, type NewsSettings, type SourceSetting } from '../settings/settings.ts'
import { loadSettings } from '../settings/settings-file.ts'
import { feed, feedKey } from '../sources/feed.ts'
import { guardian } from '../sources/guardian.ts'
import { hackerNews } from '../sources/hacker-news.ts'
import { newsApi } from '../sources/news-api.ts'
import type { NewsStore } from '../store/news-store.ts'
import { postgresNewsStore } from '../store/postgres/postgres-news-store.ts'
import { sqliteNewsStore } from '../store/sqlite/sqlite-news-store.ts'
import { type OffSource, withOwnTitles } from '../web/context.ts'

/** Shared state of the command's verbs. */
export interface Reader extends AsyncDisposable {
  /** True if the news are stored on disk; false with the practice API unless a folder or database is given. */
  readonly isKept: boolean
  readonly settings: NewsSettings
  readonly sources: readonly SourceAdapter[]
  readonly off: readonly OffSource[]
  readonly store: NewsStore
  /** Path of the settings file; undefined with the practice API. */
  readonly settingsPath: string | undefined
  /** Titles of the sources, by key. */
  readonly titles: ReadonlyMap<string, string>
  /** Allows sources with a public address to lead to private ones. */
  readonly allowPrivate: boolean
}

export interface ReaderOptions {
  /** Folder of sources and database. */
  readonly data?: string | undefined
  /** Database: the URL of a PostgreSQL database, or an SQLite file. @default NEWS_STORE, or a file in the folder */
  readonly store?: string | undefined
  /** Use generated news from the practice API, stored in memory unless a folder or a database is given. */
  readonly simulated?: boolean | undefined
  /** Allow sources with a public address to lead to private ones. @default false */
  readonly allowPrivate?: boolean | undefined
  /** Milliseconds to wait for a lost database. @default a minute */
  readonly reconnectTimeout?: number | undefined
  readonly env: NodeJS.ProcessEnv
}

/** Opens a reader. @throws SettingsError if the settings are wrong; errors of the store if it cannot be opened. */
export async function openReader(options: ReaderOptions): Promise<Reader> {
  const { data, simulated = false, allowPrivate = false, env } = options
  const given = options.store ?? (env.NEWS_STORE || undefined)
  const places = simulated && data === undefined ? undefined : placesIn(data, env)
  const practice: Simulated | undefined = simulated ? await startSimulated() : undefined
  let opened: NewsStore | undefined
  try {
    const settings = practice?.settings ?? (await loadSettings(places!.settings))
    const { on, off } = ownSources(settings, practice === undefined ? env : { ...practice.keys })
    const store = await openStore(given ?? places?.store ?? ':memory:', options.reconnectTimeout)
    opened = store
    return {
      isKept: given !== undefined || places !== undefined,
      settings,
      sources: on,
      off,
      store,
      settingsPath: practice === undefined ? places?.settings : undefined,
      allowPrivate,
      titles: titlesOf(on, await store.health()),
      async [Symbol.asyncDispose]() {
        await store.close()
        await practice?.close()
      },
    }
  } catch (error) {
    await opened?.close()
    await practice?.close()
    throw error
  }
}

/** Titles of sources by key: from the settings, otherwise from the feeds themselves. */
function titlesOf(sources: readonly SourceAdapter[], health: readonly SourceHealth[]): ReadonlyMap<string, string> {
  return new Map(withOwnTitles(sources, health)!.map(({ key, title }) => [key, title]))
}

/**
 * Opens a store by its name: the URL of a PostgreSQL database, or an SQLite file.
 * @throws SettingsError for any other URL, without repeating it; errors of the store if it cannot be opened
 */
async function openStore(place: string, reconnectTimeout?: number): Promise<NewsStore> {
  if (isPostgresUrl(place)) return await postgresNewsStore(readPostgresUrl(place, '--store').url, { reconnectTimeout })
  if (/^[a-z][\w+.-]*:\/\//i.test(place)) {
    throw new SettingsError('--store: expected postgres://user@host/database, or the path of an SQLite file')
  }
  return await sqliteNewsStore(place)
}

/** Paths of a reader's own files. */
export interface Places {
  /** Settings file with the sources. */
  readonly settings: string
  /** Database file. */
  readonly store: string
}

/** Paths in the given folder, otherwise in the data folder of the system (XDG base directories). */
export function placesIn(folder: string | undefined, env: NodeJS.ProcessEnv): Places {
  const data = env.XDG_DATA_HOME || join(homedir(), '.local/share')
  const own = folder === undefined ? join(data, 'sluice-news') : resolve(folder)
  return { settings: join(own, 'sources.json'), store: join(own, 'news.db') }
}

export interface OwnSources {
  readonly on: readonly SourceAdapter[]
  readonly off: readonly OffSource[]
}

/** Sources of the settings. Keys come from the environment; a source without its key is off, with the reason. */
export function ownSources({ sources, zone }: NewsSettings, env: NodeJS.ProcessEnv): OwnSources {
  const on = new Map<string, SourceAdapter>()
  const off: OffSource[] = []
  for (const source of sources) {
    const made = sourceOf(source, env, zone)
    if ('why' in made) off.push(made)
    else if (!on.has(made.key)) {
      const { folder, fullText: wantsFullText } = source.type === 'feed' ? source : {}
      const isMuted = source.muted
      on.set(made.key, { ...made, folder, isMuted, wantsFullText, limits: limitsOf(made.limits, source) })
    }
  }
  return { on: [...on.values()], off }
}

function sourceOf(source: SourceSetting, env: NodeJS.ProcessEnv, zone?: string): SourceAdapter | OffSource {
  switch (source.type) {
    case 'feed':
      return feedOf(source, env, zone)
    case 'hackernews':
      return hackerNews(source)
    case 'guardian':
      return withKey('The Guardian', 'GUARDIAN_KEY', env, (key) => guardian({ ...source, key }))
    case 'newsapi':
      return withKey('NewsAPI', 'NEWSAPI_KEY', env, (key) => newsApi({ ...source, key }))
  }
}

/** A feed with the secrets that its settings refer to; off if one of them is missing. */
function feedOf(
  { url, title, headers = {}, auth, zone }: SourceSetting & { readonly type: 'feed' },
  env: NodeJS.ProcessEnv,
  usualZone: string | undefined,
): SourceAdapter | OffSource {
  try {
    return feed({
      url,
      title,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secretOf(value, env)])),
      auth: auth === undefined ? undefined : authOf(auth, env),
      zone: zone ?? usualZone,
    })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return { title: title ?? new URL(url).host, why: `off: ${error.message}`, key: feedKey(url) }
  }
}

function withKey(
  title: string,
  variable: string,
  env: NodeJS.ProcessEnv,
  make: (key: string) => SourceAdapter,
): SourceAdapter | OffSource {
  const key = env[variable]
  return key ? make(key) : { title, why: `off: set ${variable} to its key` }
}

/** Sources of generated news on this machine. */
export interface Simulated {
  readonly settings: NewsSettings
  /** Keys that the sources accept. */
  readonly keys: Readonly<Record<string, string>>
  close(): Promise<void>
}

/**
 * Starts the practice API with generated news, for a first look without keys and for tests. Each source has a server of
 * its own, as in reality, so that faults of one do not affect the others.
 */
export async function startSimulated(scenario: ScenarioInput = { latency: 'uniform:80ms-400ms' }): Promise<Simulated> {
  const servers = await Promise.all(Array.from({ length: 4 }, () => serveSimulator({ scenario })))
  const [hackerNews, guardian, newsApi, feeds] = servers.map(({ url }) => url)
  return {
    settings: {
      sources: [
        { type: 'hackernews', baseUrl: `${hackerNews}/hn/v0` },
        { type: 'guardian', baseUrl: `${guardian}/guardian` },
        { type: 'newsapi', country: 'us', baseUrl: `${newsApi}/newsapi` },
        { type: 'feed', url: `${feeds}/feeds/tech.xml`, title: 'Practice Tech' },
        { type: 'feed', url: `${feeds}/feeds/science.atom`, title: 'Practice Science' },
        { type: 'feed', url: `${feeds}/feeds/world.json`, title: 'Practice World' },
      ],
    },
    keys: { GUARDIAN_KEY: 'practice', NEWSAPI_KEY: 'practice' },
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}
