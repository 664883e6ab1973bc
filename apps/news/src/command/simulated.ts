import { type ScenarioInput, serveSimulator } from '@sluice/simulator'
import type { NewsSettings } from '../settings/source-setting.ts'

/** Sources of made-up news on this machine. */
export interface Simulated {
  readonly settings: NewsSettings
  /** The keys that they take. */
  readonly keys: Readonly<Record<string, string>>
  close(): Promise<void>
}

/**
 * Starts the practice API, whose news are made up: for a first look without any key, and for tests. Each source has a server of
 * its own, as it has in the world: what one suffers is nothing to the others.
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
