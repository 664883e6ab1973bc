import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'
import { untouched } from '../flags/fetch-flags.ts'
import { checkOutputs } from './check-outputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-checks-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

describe('checkOutputs', () => {
  it.each([
    [{ output: at('no/x.jsonl') }, /there is no folder/],
    [{ output: at('x.xlsx') }, /no format is known for this file extension/],
    [{ output: folder }, /this is a folder; give the name of a file in it/],
    [{ output: `csv:${folder}` }, /this is a folder/],
    [{ output: at('x.jsonl'), select: 'foo(' }, /--select: .*at column/],
    [{ select: 'foo(' }, /--select/],
    [{ output: at('x.jsonl'), outputFormat: 'db', append: true }, /--append adds results/],
    [{ output: at('x.jsonl'), csvSafe: true }, /--csv-safe has no effect/],
    [{ csvSafe: true }, /--csv-safe has no effect/],
    [{ outputFormat: 'parquet' }, /parquet is written to a file only/],
    [{ output: at('x.parquet'), outDir: at('od'), skipExisting: true }, /--skip-existing adds results/],
    [{ outDir: at('od'), fileName: 'a/b' }, /--file-name/],
    [{ outDir: '/dev/null/x' }, /not a folder|a folder was expected/],
    [{ har: at('no/x.har') }, /there is no folder/],
    [{ log: at('no/x.log') }, /there is no folder/],
    [{ summary: at('no/x.json') }, /there is no folder/],
    [{ summary: folder }, /this is a folder/],
    [{ report: at('no/x.html') }, /there is no folder/],
    [{ report: at('x.pdf') }, /--report: expected a name that ends in/],
  ])('refuses %j, and writes nothing', async (flags, message) => {
    await expect(checkOutputs({ ...untouched, ...flags })).rejects.toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    { output: '-', csvSafe: true, outputFormat: 'csv' },
    { output: 'csv:-', csvSafe: true },
    { output: '/dev/null' },
    { output: at('x.csv'), append: true },
    { outDir: at('a/b/c'), output: at('x.csv'), skipExisting: true },
    { summary: '-', har: at('x.har.gz'), log: '/dev/stderr', report: at('x.md') },
  ])('takes %j, and makes nothing', async (flags) => {
    await checkOutputs({ ...untouched, ...flags })
    expect(existsSync(at('a'))).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(getuid?.() === 0)('refuses a file that may not be written', async () => {
    const path = at('protected.jsonl')
    writeFileSync(path, '')
    chmodSync(path, 0o400)
    await expect(checkOutputs({ ...untouched, output: path })).rejects.toThrow('this file is read-only')
  })
})
