import { type ScenarioInput, serveSimulator } from '@sluice/simulator'
import type { NewsSettings } from '../settings/source-setting.ts'

/** Sources of made-up news on this machine. */
export interface Simulated {
  readonly settings: NewsSettings
  /** The keys that they take. */
  readonly keys: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Starts the practice API, whose news are made up: for a first look without any key, and for tests. */
export async function startSimulated(scenario: ScenarioInput = { latency: 'uniform:80ms-400ms' }): Promise<Simulated> {
  const { url, close } = await serveSimulator({ scenario })
  return {
    settings: {
      sources: [
        { type: 'hackernews', baseUrl: `${url}/hn/v0` },
        { type: 'guardian', baseUrl: `${url}/guardian` },
        { type: 'newsapi', country: 'us', baseUrl: `${url}/newsapi` },
        { type: 'feed', url: `${url}/feeds/tech.xml`, title: 'Practice Tech' },
        { type: 'feed', url: `${url}/feeds/science.atom`, title: 'Practice Science' },
        { type: 'feed', url: `${url}/feeds/world.json`, title: 'Practice World' },
      ],
    },
    keys: { GUARDIAN_KEY: 'practice', NEWSAPI_KEY: 'practice' },
    close,
  }
}
