import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { feed, type NewsStore, refreshAll, sqliteNewsStore } from '@sluice/news'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Nginx, nginxIsMissing, startNginx } from './support/nginx.ts'

const entries = (titles: readonly string[]): string =>
  titles
    .map(
      (title, index) => `<item><title>${title}</title><guid>${index}</guid><link>https://blog.example/${index}</link>
      <pubDate>Thu, 01 Jan 2026 0${index}:00:00 GMT</pubDate><description>${'words and more words '.repeat(40)}</description></item>`,
    )
    .join('')
const rss = (...titles: string[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>${entries(titles)}</channel></rss>`

describe.skipIf(nginxIsMissing)('feeds served by nginx', () => {
  let nginx: Nginx
  let store: NewsStore

  const write = (text: string, at: number): void => {
    const file = join(nginx.root, 'feed.xml')
    writeFileSync(file, text)
    utimesSync(file, at, at)
  }
  const refresh = () =>
    refreshAll([feed({ url: `${nginx.origin()}/feed.xml` })], store, { deadline: '10s', isForced: true })

  beforeAll(async () => {
    nginx = await startNginx(
      1,
      ({ root, ports: [port] }) => `
      gzip_min_length 100;
      gzip_types text/xml application/xml;
      types { text/xml xml; }
      server { listen 127.0.0.1:${port}; root ${root}; gzip on; etag on; }`,
    )
    store = await sqliteNewsStore(':memory:')
  })
  afterAll(async () => {
    await store?.close()
    await nginx?.dispose()
  })

  it('come compressed, are not transferred again while they are the same, and bring what is new', async () => {
    write(rss('one', 'two'), 1_767_300_000)
    expect(await refresh()).toMatchObject([{ state: 'ok', added: 2, requests: 1 }])
    expect(await refresh()).toMatchObject([{ state: 'unchanged', added: 0, requests: 1 }])

    write(rss('one', 'two', 'three'), 1_767_400_000)
    expect(await refresh()).toMatchObject([{ state: 'ok', added: 1, requests: 1 }])

    const stories = await store.stories()
    expect(stories.map(({ title }) => title)).toEqual(['three', 'two', 'one'])
    const seen = await nginx.requests('/feed.xml')
    expect(seen.map(({ status }) => status)).toEqual([200, 304, 200])
    // Packed, it is much smaller than what was read.
    expect(seen[0]!.bytes).toBeLessThan(rss('one', 'two').length / 2)
  })
})
