import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallResult } from 'sluice'
import { afterAll, describe, expect, it } from 'vitest'
import type { Io } from '../io.ts'
import { Terminal } from '../terminal/terminal.ts'
import { openResults } from './results.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-results-'))
afterAll(() => rmSync(folder, { recursive: true }))

const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 1 }
const request = {
  id: 'a',
  method: 'GET',
  url: 'https://a.test/',
  headers: {},
  readAs: 'auto',
  partition: 'https://a.test',
  weight: 1,
  priority: 0,
} as const

function resultOf(index: number, value: unknown): CallResult {
  const headers = { 'content-type': 'application/json' }
  return { ok: true, index, id: `item ${index}`, request, status: 200, headers, value, attempts: [], timing }
}

const terminal = new Terminal({} as Io, 2, { colour: false, ascii: true })

const circle: { self?: unknown } = {}
circle.self = circle

describe('a result that cannot be written', () => {
  it.each(['a.jsonl', 'a.csv', 'a.db', 'a.parquet'])(
    'is a failure of its own item in %s, and the others go on',
    async (name) => {
      const path = join(folder, name)
      const flags = { output: path, body: true, glob: true, learn: true } as never
      const results = await openResults(flags, {} as Io, { redact: (text) => text, terminal })
      const kept = []
      for (const [index, value] of [1, circle, 3].entries())
        kept.push(await results.write(resultOf(index, value), undefined))
      await results.close()
      expect(kept.map(({ ok }) => ok)).toEqual([true, false, true])
      expect(kept[1]).toMatchObject({ index: 1, id: 'item 1', error: { code: 'SLUICE_UNWRITABLE' } })
      if (name !== 'a.jsonl') return
      const lines = readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines).toMatchObject([
        { index: 0, data: 1 },
        { index: 1, ok: false, error: { code: 'SLUICE_UNWRITABLE' } },
        { index: 2, data: 3 },
      ])
    },
  )
})
