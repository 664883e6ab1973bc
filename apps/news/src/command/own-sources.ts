import type { NewsSettings, SourceSetting } from '../settings/source-setting.ts'
import type { SourceAdapter } from '../source.ts'
import { feed } from '../sources/feed.ts'
import { guardian } from '../sources/guardian.ts'
import { hackerNews } from '../sources/hacker-news.ts'
import { newsApi } from '../sources/news-api.ts'

/** A source that is not asked, and what a person can do about it. */
export interface OffSource {
  readonly title: string
  readonly why: string
}

export interface OwnSources {
  readonly on: readonly SourceAdapter[]
  readonly off: readonly OffSource[]
}

/** The sources that are set. Keys come from the environment; a source without its key is off, and says so. */
export function ownSources({ sources }: NewsSettings, env: NodeJS.ProcessEnv): OwnSources {
  const on: SourceAdapter[] = []
  const off: OffSource[] = []
  for (const source of sources) {
    const made = sourceOf(source, env)
    if ('why' in made) off.push(made)
    else if (!on.some(({ key }) => key === made.key)) on.push(made)
  }
  return { on, off }
}

function sourceOf(source: SourceSetting, env: NodeJS.ProcessEnv): SourceAdapter | OffSource {
  switch (source.type) {
    case 'feed':
      return feed(source)
    case 'hackernews':
      return hackerNews(source)
    case 'guardian':
      return withKey('The Guardian', 'GUARDIAN_KEY', env, (key) => guardian({ ...source, key }))
    case 'newsapi':
      return withKey('NewsAPI', 'NEWSAPI_KEY', env, (key) => newsApi({ ...source, key }))
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
