import { chmod, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeedSetting, firstSettings } from '../../src/settings/settings.ts'
import { changeSettings, loadSettings } from '../../src/settings/settings-file.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'news-')))
  path = join(folder, 'sources.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const feedOf = (name: string): FeedSetting => ({ type: 'feed', url: `https://${name}.example/feed.xml` })
const add = (...names: string[]) => changeSettings(path, () => names.map((name) => ({ to: feedOf(name) })))

describe('the settings of a reader', () => {
  it('are the defaults without a file', async () => {
    expect(await loadSettings(path)).toEqual(firstSettings)
  })

  it('are created in a new folder with the first change, readable by their owner only, with nothing beside them', async () => {
    path = join(folder, 'deep/er/sources.json')
    const changed = await add('a')
    expect(changed.sources).toEqual([...firstSettings.sources, feedOf('a')])
    expect(await loadSettings(path)).toEqual(changed)
    expect(await readdir(join(folder, 'deep/er'))).toEqual(['sources.json'])
    expect(await readFile(path, 'utf8')).toMatch(/^\{\n {2}"sources"[\s\S]*\n\}\n$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('keep comments, order, indentation and line ends of what was written by hand', async () => {
    const byHand = [
      '\ufeff{',
      '\t// My sources',
      '\t"sources": [',
      '\t\t{ "url": "https://a.example/", "type": "feed", "rate": "1/s" }, // the best',
      '\t\t/* the others */',
      '\t\t{ "type": "hackernews" },',
      '\t\t{ "type": "feed", "url": "https://b.example/" },',
      '\t],',
      '}',
      '',
    ].join('\r\n')
    await writeFile(path, byHand)
    await chmod(path, 0o644)
    await changeSettings(path, ({ sources }) => [
      { at: 0, to: { ...(sources[0] as FeedSetting), rate: '2/s', title: 'A' } },
      { at: 2 },
    ])
    const text = await readFile(path, 'utf8')
    expect(text).toContain('\t// My sources\r\n\t"sources": [\r\n')
    expect(text).toContain('// the best\r\n\t\t/* the others */\r\n\t\t{ "type": "hackernews" }')
    expect(text).toMatch(/\{ "url": "https:\/\/a\.example\/", "type": "feed", "rate": "2\/s",\s*"title": "A" \}/)
    expect(text).not.toContain('b.example')
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    await add('c', 'd')
    expect((await loadSettings(path)).sources.slice(2)).toEqual([feedOf('c'), feedOf('d')])
    expect(await readFile(path, 'utf8')).toContain('// the best')
  })

  it.each([
    ['nothing', '{"sources":[]}'],
    ['one line', '{"sources":[{"type":"hackernews"}]}'],
    ['a trailing comma', '{"sources":[{"type":"hackernews"},],}'],
    ['only a comment', '{"sources":[/* none */]}'],
    ['a name twice', '{"sources":[{"type":"guardian"}],"sources":[{"type":"hackernews"}]}'],
  ])('take a new source after %s', async (_, text) => {
    await writeFile(path, text)
    const before = await loadSettings(path)
    await add('a', 'b')
    expect((await loadSettings(path)).sources).toEqual([...before.sources, feedOf('a'), feedOf('b')])
  })

  it.each([
    ['the first', 0, ['// about b', '// b\n']],
    ['the last', 1, ['/* , */', '// about b', '// b\n']],
  ])('lose %s source, and no comment of another', async (_, at, comments) => {
    const text =
      '{"sources": [\n  {"type":"hackernews"} /* , */ ,\n  // about b\n  {"type":"feed","url":"https://b.example/"}, // b\n]}'
    await writeFile(path, text)
    const before = (await loadSettings(path)).sources
    await changeSettings(path, () => [{ at }])
    expect((await loadSettings(path)).sources).toEqual(before.filter((_, index) => index !== at))
    const kept = await readFile(path, 'utf8')
    for (const comment of comments) expect([comment, kept.includes(comment)]).toEqual([comment, true])
    await writeFile(path, '{"sources":[{"type":"hackernews"}]}')
    await changeSettings(path, () => [{ at: 0 }])
    expect(await readFile(path, 'utf8')).toBe('{"sources":[]}')
  })

  it('take 1,000 feeds at once, and changes of several at the same time', async () => {
    await changeSettings(path, () => Array.from({ length: 1_000 }, (_, at) => ({ to: feedOf(`many-${at}`) })))
    await Promise.all(Array.from({ length: 10 }, (_, at) => add(`at-once-${at}`)))
    expect((await loadSettings(path)).sources).toHaveLength(1_013)
    expect(await readdir(folder)).toEqual(['sources.json'])
  })

  it('stay behind a link, and are not blocked by a lock that a killed process has left', async () => {
    const link = join(folder, 'link.json')
    await writeFile(path, '{"sources":[]}')
    await symlink(path, link)
    await writeFile(`${path}.part`, 'half')
    const old = new Date(Date.now() - 60_000)
    await utimes(`${path}.part`, old, old)
    await changeSettings(link, () => [{ to: feedOf('a') }])
    expect((await readdir(folder)).toSorted()).toEqual(['link.json', 'sources.json'])
    expect((await loadSettings(path)).sources).toEqual([feedOf('a')])
  })

  it.each([
    ['{\n"sources": [\n', '3: is not valid JSON: close bracket expected'],
    ['[]', '1: sources: '],
    ['{"sources":[{"type":"feed","url":"javascript:alert(1)"}]}', '1: sources.0.url: expected an http or https URL'],
    ['{"sources":[\n{"type":"hackernews"},\n{"type":"teletext"}]}', '3: sources.1.type: '],
    ['{"sources":[{"type":"hackernews",\n"count":501}]}', '2: sources.0.count: '],
    [
      '{"sources":[{"type":"feed","url":"https://a.test","auth":"bearer:s3cret"}]}',
      '1: sources.0.auth: expected bearer:env:TOKEN',
    ],
    ['{"sources":[{"type":"feed","url":"https://a.test","zone":"Mars"}]}', '1: sources.0.zone: expected a time zone'],
    ['{"sources":[{"type":"hackernews","rate":"fast"}]}', '1: sources.0.rate: '],
    ['{"sources":[{"type":"hackernews","interval":"soon"}]}', '1: sources.0.interval: '],
    ['{"sources":[{"type":"guardian","key":"secret"}]}', '1: sources.0.key: '],
  ])('that are wrong are rejected with file, line and place, and stay as they are: %s', async (text, message) => {
    await writeFile(path, text)
    await expect(loadSettings(path)).rejects.toThrow(`${path}:${message}`)
    await expect(add('a')).rejects.toThrow(`${path}:${message}`)
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['sources.json'])
  })

  it('that cannot be written are reported with the file', async () => {
    await writeFile(join(folder, 'deep'), 'in the way')
    const below = join(folder, 'deep/sources.json')
    await expect(changeSettings(below, () => [])).rejects.toThrow(`${below}: cannot be written: `)
  })
})
