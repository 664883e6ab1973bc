import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstSettings, loadSettings, type NewsSettings, saveSettings } from '../../src/settings/settings.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'news-'))
  path = join(folder, 'deep/sources.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const settings: NewsSettings = {
  sources: [
    { type: 'feed', url: 'https://blog.example/feed.xml', title: 'A blog' },
    { type: 'hackernews', list: 'best', count: 100 },
  ],
}

describe('the settings of a reader', () => {
  it('are the defaults without a file', async () => {
    expect(await loadSettings(path)).toEqual(firstSettings)
  })

  it('are written atomically, with nothing left beside the file', async () => {
    await saveSettings(path, firstSettings)
    await saveSettings(path, settings)
    expect(await loadSettings(path)).toEqual(settings)
    expect(await readdir(join(folder, 'deep'))).toEqual(['sources.json'])
    expect(await readFile(path, 'utf8')).toMatch(/^\{\n {2}"sources"[\s\S]*\n\}\n$/)
  })

  it.each([
    ['{', 'is not valid JSON: '],
    ['[]', 'sources: '],
    ['{"sources":[{"type":"feed","url":"javascript:alert(1)"}]}', 'sources.0.url: expected an http or https URL'],
    ['{"sources":[{"type":"teletext"}]}', 'sources.0.type: '],
    ['{"sources":[{"type":"hackernews","count":501}]}', 'sources.0.count: '],
    [
      '{"sources":[{"type":"feed","url":"https://a.test","auth":"bearer:s3cret"}]}',
      'sources.0.auth: expected bearer:env:TOKEN',
    ],
    ['{"sources":[{"type":"feed","url":"https://a.test","zone":"Mars"}]}', 'sources.0.zone: expected a time zone'],
    ['{"sources":[{"type":"hackernews","rate":"fast"}]}', 'sources.0.rate: '],
    ['{"sources":[{"type":"hackernews","interval":"soon"}]}', 'sources.0.interval: '],
    ['{"sources":[{"type":"guardian","key":"secret"}]}', 'sources.0.key: '],
  ])('that are wrong are rejected with file and place: %s', async (text, message) => {
    const wrong = join(folder, 'sources.json')
    await writeFile(wrong, text)
    await expect(loadSettings(wrong)).rejects.toThrow(`${wrong}: ${message}`)
    expect(await readFile(wrong, 'utf8')).toBe(text)
  })

  it('that cannot be written are reported with the file', async () => {
    await writeFile(join(folder, 'deep'), 'in the way')
    await expect(saveSettings(path, settings)).rejects.toThrow(`${path}: cannot be written: `)
  })
})
