import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { shareRun } from '../../src/runs/index.ts'
import type { RunSource } from '../../src/runs/run-source.ts'
import { isFinished } from '../../src/stores/stored-run.ts'
import { claim, sharedDatabase, shareItems } from '../stores/postgres/shared-database.ts'

const { open } = sharedDatabase()

describe('Reading a source into a shared run', () => {
  it('needs one connection only', async () => {
    const store = await open({ connections: 1 })
    expect(await shareItems(store, 5)).toMatchObject({ read: 5, hasEnded: true })
  })

  it('can be gone on with by a process that was there before the run, over one connection', async () => {
    const late = await open({ connections: 1 })
    const aborted = AbortSignal.abort()
    expect(await shareItems(await open(), 5, { signal: aborted })).toMatchObject({ read: 0, hasEnded: false })
    expect(await shareItems(late, 5, { goOn: true })).toMatchObject({ read: 5, hasEnded: true })
  })

  it('of a source without items is a finished run, which no worker opens', async () => {
    const store = await open()
    expect(isFinished(await shareItems(store, 0))).toBe(true)
    expect(await store.openRuns()).toEqual([])
  })

  it('continues after the source has failed in the middle, with each item once', async () => {
    const store = await open()
    async function* items(length: number): AsyncGenerator<string> {
      for (let index = 0; index < length; index++) yield `/${index}`
      if (length < 2_500) throw new Error('the disk has a hole')
    }
    const settings = { store, name: 'k', chunkSize: 300 }
    await expect(shareRun({ ...settings, source: items(1_700) })).rejects.toThrow('the disk has a hole')
    const run = await shareRun({ ...settings, source: items(2_500), goOn: true, chunkSize: 400 })
    expect(run).toMatchObject({ read: 2_500, hasEnded: true })
    const worker = await store.join({ host: 'h', pid: 1, concurrency: 1 })
    const chunks = await claim(store, run.id, 100, worker)
    const sizes = chunks.map(({ first, end }) => end - first)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2_500)
    expect(new Set(chunks.map(({ first }) => first)).size).toBe(chunks.length)
  })

  it('is not at its end because the source says so when it is closed', async () => {
    const store = await open()
    const stop = new AbortController()
    let wake: (end: IteratorResult<never, undefined>) => void = () => undefined
    const source: RunSource = {
      name: 'tail',
      identity: 'tail',
      isRepeatable: true,
      read: () => ({
        next: () => {
          setTimeout(() => stop.abort(), 10)
          return new Promise((resolve) => {
            wake = resolve
          })
        },
        lastMark: () => undefined,
        close: () => wake({ done: true, value: undefined }),
      }),
    }
    expect(await shareRun({ store, name: 'k', source, signal: stop.signal })).toMatchObject({
      read: 0,
      hasEnded: false,
    })
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    await shareItems(await open(), 3, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
