import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execPath } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openSqlite } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../../../test/bundled.ts'
import { newsSchema } from '../../src/store/sqlite/schema.ts'
import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { article, articles, hour, noon } from './articles.ts'
import { TempFolder } from './temp-folder.ts'

async function failureToOpen(path: string): Promise<{ readonly code: string; readonly message: string }> {
  const store = await sqliteNewsStore(path).catch((reason: unknown) => reason)
  expect(store).toBeInstanceOf(Error)
  return store as Error & { code: string }
}

describe('a file of news', () => {
  it('has everything when it is opened again', async () => {
    using folder = new TempFolder()
    const first = await sqliteNewsStore(folder.file('new/folder/news.db'))
    expect(first.name).toBe(`sqlite:${folder.file('new/folder/news.db')}`)
    await first.add([article(1, { summary: 'S.' }), article(2)], noon)
    const [two] = await first.stories()
    await first.mark([two!.id], { isRead: true, isStarred: true })
    await first.setHealth({ source: 'hn', state: 'ok', failures: 0, nextAt: noon + hour })
    await first.setValidators('https://a.example', { etag: '"1"' })
    await first.recordQuotaUse('day', { at: noon, weight: 1 }, noon + hour)
    const before = [await first.stories(), await first.health()]
    await first.close()

    const again = await sqliteNewsStore(folder.file('new/folder/news.db'))
    expect([await again.stories(), await again.health()]).toEqual(before)
    expect(await again.validators('https://a.example')).toEqual({ etag: '"1"' })
    expect(await again.quotaUses('day', noon + 1)).toEqual([{ at: noon, weight: 1 }])
    expect(await again.add([article(1, { summary: 'S.' })], noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
    await again.close()
  })

  it('is not touched if a newer version has written it', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    await (await sqliteNewsStore(path)).close()
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 77')
    database.close()
    expect(await failureToOpen(path)).toMatchObject({
      code: 'SLUICE_STORE_NEWER',
      message: `sqlite:${path}: was written by a newer version of the news reader (file version 77, this one knows ${newsSchema.steps.length}); update the news reader, or choose another file`,
    })
  })

  it('is brought up to date by the steps that it lacks, each whole or not at all', async () => {
    using folder = new TempFolder()
    const path = folder.file()
    const store = await sqliteNewsStore(path)
    await store.add([article(1)], noon)
    await store.close()
    const openWith = (...steps: readonly string[]) =>
      openSqlite({
        store: 'sqlite:x',
        path,
        busyTimeout: 1_000,
        schema: { ...newsSchema, steps: [...newsSchema.steps, ...steps] },
      })
    await expect(openWith('CREATE TABLE next (a) STRICT; CREATE TABLE')).rejects.toThrow()
    const { database: next } = await openWith('CREATE TABLE next (a INTEGER) STRICT')
    expect(next.number('PRAGMA user_version')).toBe(newsSchema.steps.length + 1)
    expect(next.number('SELECT count(*) FROM next')).toBe(0)
    expect(next.number('SELECT count(*) FROM stories')).toBe(1)
    next.close()
  })

  it('is left as it is if it belongs to another program, or is none', async () => {
    using folder = new TempFolder()
    const other = new DatabaseSync(folder.file('other.db'))
    other.exec('CREATE TABLE theirs (a)')
    other.close()
    const before = readFileSync(folder.file('other.db'))
    expect(await failureToOpen(folder.file('other.db'))).toMatchObject({
      code: 'SLUICE_STORE',
      message: `sqlite:${folder.file('other.db')}: is a database of another program; choose another file`,
    })
    expect(readFileSync(folder.file('other.db'))).toEqual(before)

    writeFileSync(folder.file('text.db'), 'no database, but long enough to be taken for one. '.repeat(100))
    expect(await failureToOpen(folder.file('text.db'))).toMatchObject({ code: 'SLUICE_STORE_DAMAGED' })
    mkdirSync(folder.file('folder'))
    expect((await failureToOpen(folder.file('folder'))).message).toContain('is a folder; give the path of a file in it')
    expect((await failureToOpen(folder.file('text.db/news.db'))).message).toContain('choose another')
  })

  it('can be made and filled by several processes at the same time, and nothing is said on stderr', async () => {
    using folder = new TempFolder()
    const child = await bundled(fileURLToPath(new URL('child.ts', import.meta.url)))
    const add = (from: number, to: number) =>
      promisify(execFile)(execPath, ['--conditions=@sluice/source', child, folder.file(), String(from), String(to)])
    const ended = await Promise.all([add(0, 200), add(100, 300), add(0, 300), add(200, 400)])
    expect(ended.map(({ stderr }) => stderr)).toEqual(['', '', '', ''])
    expect(ended.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(400)
    const store = await sqliteNewsStore(folder.file())
    expect(await store.count()).toEqual({ stories: 400, unread: 400 })
    expect(await store.add(articles(0, 400), noon)).toEqual({ articles: 0, stories: 0, updated: 0 })
    await store.close()
  })

  it('can be made by many stores of one process at once', async () => {
    using folder = new TempFolder()
    const stores = await Promise.all(Array.from({ length: 8 }, () => sqliteNewsStore(folder.file())))
    await Promise.all(stores.map((store, at) => store.add([article(at)], noon)))
    expect(await stores[0]!.count()).toEqual({ stories: 8, unread: 8 })
    for (const store of stores) await store.close()
  })
})
