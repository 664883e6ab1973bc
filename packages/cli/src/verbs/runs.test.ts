import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { sqliteStore } from 'sluice/stores/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Io } from '../io.ts'
import { listRuns, watch } from './runs.ts'

/** Store with as many runs, and the output of their list. */
async function listed(count: number, flags: object): Promise<{ readonly shown: string; readonly said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'runs.db')
  const store = await sqliteStore({ path })
  const run = { source: { kind: 'list' }, settings: {}, keySeed: 's', createdAt: 1_000 } as never as object
  for (let number = 1; number <= count; number++) await store.create({ ...run, name: `run-${number}` } as never)
  await store.close()
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const output = Promise.all([text(stdout), text(stderr)])
  expect(await listRuns({ store: path, ...flags }, { stdout, stderr, env: {} } as unknown as Io)).toBe(0)
  stdout.end()
  stderr.end()
  const [shown, said] = await output
  return { shown, said }
}

describe('the list of runs', () => {
  it('shows the newest, and says how many more there are and how to see them', async () => {
    const { shown, said } = await listed(105, {})
    expect(shown.match(/^run-\d+/gm)).toHaveLength(100)
    expect(shown.indexOf('run-105 ')).toBeLessThan(shown.indexOf('run-6 '))
    expect(shown).not.toContain('run-5 ')
    expect(said).toMatch(/runs\.db: 5 older runs are not shown; --limit 105 shows all\n$/)
  })

  it('has all runs in JSON, or as many as wanted', async () => {
    expect(JSON.parse((await listed(101, { json: true })).shown)).toHaveLength(101)
    expect(await listed(3, { limit: '3' })).toMatchObject({ said: '' })
    const { shown, said } = await listed(3, { limit: '2', json: true })
    expect(JSON.parse(shown)).toMatchObject([{ name: 'run-3' }, { name: 'run-2' }])
    expect(said).toContain('1 older run is not shown')
  })
})

function watching(states: readonly number[], stopAfter = Number.POSITIVE_INFINITY) {
  const stop = new AbortController()
  const shown: number[] = []
  let slept = 0
  const end = watch({
    look: async () => states[shown.length]!,
    isOver: (state) => state === 0,
    show: (state) => shown.push(state),
    async sleep() {
      if (++slept >= stopAfter) stop.abort()
    },
    signal: stop.signal,
  })
  return { end, shown }
}

describe('watching', () => {
  it('shows each state until it is over', async () => {
    const { end, shown } = watching([3, 2, 0, 9])
    expect(await end).toBe(true)
    expect(shown).toEqual([3, 2, 0])
  })

  it('ends when it is stopped', async () => {
    const { end, shown } = watching([3, 2, 1, 0], 2)
    expect(await end).toBe(false)
    expect(shown).toEqual([3, 2])
  })
})
