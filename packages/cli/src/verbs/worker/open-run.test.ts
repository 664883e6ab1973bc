import { serveSimulator } from '@sluice/simulator'
import type { SharedLimits } from 'sluice'
import type { StoredRun } from 'sluice/stores'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FetchFlags } from '../../flags/fetch-flags.ts'
import { settingsToKeep } from '../../plan/stored-settings.ts'
import { openRun } from './open-run.ts'

const limits: SharedLimits = {
  active: 1,
  permits: () => ({ reserve: async (units) => ({ units, at: 0, startsAt: 0, gap: 0, lasts: 60_000 }) }),
  reserve: async (wishes, calls) =>
    wishes.map(({ units }) => ({ units: calls * units, at: 0, startsAt: 0, gap: 0, lasts: 60_000 })),
  release() {},
  setPlaces() {},
  places: (_, limit) => ({ limit, hold: async () => ({ places: limit, validFor: 60_000 }) }),
  publish() {},
  onSignal: () => () => {},
  async close() {},
}

function storedRun(flags: Partial<FetchFlags>): StoredRun {
  const settings = settingsToKeep([], { glob: true, learn: true, body: true, ...flags })
  return { name: 'nightly', settings } as StoredRun
}

function opened(flags: Partial<FetchFlags>, env: NodeJS.ProcessEnv = {}) {
  const run = openRun(storedRun(flags), limits, { env })
  onTestFinished(() => run.client.close())
  return run
}

describe('opening a run on a worker', () => {
  it('takes secrets from the environment of the worker, and masks them', () => {
    const { redact } = opened({ auth: ['bearer:env:TOKEN'] }, { TOKEN: 'geheimnis-4711' })
    expect(redact!('got geheimnis-4711')).toBe('got ***')
  })

  it('names the variable that is missing here', () => {
    expect(() => openRun(storedRun({ auth: ['bearer:env:TOKEN'] }), limits, { env: {} })).toThrow(
      'the environment variable TOKEN is not set',
    )
  })

  it('needs none of the files that the input came from, nor its bodies', () => {
    const flags = { input: ['/nowhere/urls.csv'], json: 'file:/nowhere/body.json', envFile: ['/nowhere/.env'] }
    expect(() => opened(flags)).not.toThrow()
  })

  it('keeps to what the run began with', () => {
    const run = opened({ idempotencyKey: true, includeHeaders: 'etag, x-id', concurrency: '7' })
    expect(run).toMatchObject({ idempotencyKey: true, keepHeaders: ['etag', 'x-id'] })
    expect(run.client.status().concurrency).toBe(7)
    expect(run.concurrency).toBe(7)
    // It is found, from one up: the bound of it has to be said.
    expect(opened({ concurrency: 'auto' }).concurrency).toBe(200)
    expect(opened({}).concurrency).toBe(10)
  })

  it('judges by the limits that were set later whether a rate can be reached', async () => {
    const server = await serveSimulator({ scenario: { latency: 100 } })
    const wish = { state: 'running', rate: ['100/s'], concurrency: 2 } as const
    const notes: string[] = []
    const run = { ...storedRun({ rate: ['10/s'], concurrency: '20' }), wish }
    const { client } = openRun(run, limits, { env: {}, onNote: (text) => notes.push(text) })
    await client.all(Array.from({ length: 20 }, (_, index) => `${server.url}/products/${index + 1}`))
    await client.close()
    await server.close()
    expect(notes).toEqual([expect.stringContaining('nightly: --rate 100/s cannot be reached with --concurrency 2:')])
  })

  it('warns of a host that does not answer, by the name of the run', async () => {
    const notes: string[] = []
    const { client } = openRun(storedRun({ attempts: '1' }), limits, { env: {}, onNote: (text) => notes.push(text) })
    await client.try('http://127.0.0.1:1/products/1')
    await client.close()
    expect(notes).toEqual([expect.stringContaining('nightly: http://127.0.0.1:1: no response so far: ')])
  })

  it('refuses a run that another program has begun', () => {
    expect(() => openRun({ name: 'x', settings: { command: 'news' } } as StoredRun, limits, { env: {} })).toThrow(
      'x: this run was not started by the command',
    )
  })
})
