import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where a reader keeps what is its own. */
export interface Places {
  /** Which sources. */
  readonly settings: string
  /** The database. */
  readonly store: string
}

/** In the folder given, or where the system keeps data of programs (XDG base directories). */
export function placesIn(folder: string | undefined, env: NodeJS.ProcessEnv): Places {
  const data = env.XDG_DATA_HOME || join(homedir(), '.local/share')
  const own = folder === undefined ? join(data, 'sluice-news') : resolve(folder)
  return { settings: join(own, 'sources.json'), store: join(own, 'news.db') }
}
