import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bearerAuth } from 'sluice/auth'
import { expect, it, onTestFinished } from 'vitest'
import { fetchImage, imageType, mostBytes } from '../../src/refresh/fetch-image.ts'
import { SourceClients } from '../../src/refresh/source-clients.ts'
import { feed } from '../../src/sources/feed.ts'
import { memoryNewsStore } from '../store/memory-store.ts'

const png = Buffer.from('\x89PNG\r\n\x1a\n and pixels', 'latin1')
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

/** Serves icons of all kinds, and records the requests. */
async function serveIcons(): Promise<{ url: string; asked: [string, IncomingHttpHeaders][] }> {
  const asked: [string, IncomingHttpHeaders][] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push([path, request.headers])
    response.setHeader('content-type', 'image/png')
    if (path === '/png') response.setHeader('content-type', 'text/html').end(png)
    else if (path === '/svg') response.end(svg)
    else if (path === '/html') response.end('<!DOCTYPE html>no icon')
    else if (path === '/moved') response.writeHead(302, { location: '/png' }).end()
    else if (path === '/cut') response.writeHead(200, { 'content-length': '1000' }).write(png, () => response.destroy())
    else if (path === '/endless') {
      response.write(png)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(50_000)));
      }
      response.on('drain', more)
      more()
    } else response.writeHead(404).end(png)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

it('fetches the icon of a feed as an image by its bytes, bounded, and without the credentials of the feed', async () => {
  const { url, asked } = await serveIcons()
  const source = feed({ url: `${url}/feed.xml`, auth: bearerAuth('secret-4711') })
  await using clients = new SourceClients(memoryNewsStore())
  for (const path of ['/png', '/moved'])
    expect(await fetchImage(clients, source, url + path, mostBytes.icon)).toEqual({
      type: 'image/png',
      bytes: new Uint8Array(png),
    })
  for (const path of ['/svg', '/html', '/cut', '/endless', '/none'])
    expect([path, await fetchImage(clients, source, url + path, mostBytes.icon)]).toEqual([path, undefined])
  expect(await fetchImage(clients, source, 'http://127.0.0.1:1/none', mostBytes.icon)).toBeUndefined()
  expect(JSON.stringify(asked)).not.toContain('secret-4711')
})

it('does not follow a feed with a public address to an icon on this machine', async () => {
  const { url, asked } = await serveIcons()
  await using clients = new SourceClients(memoryNewsStore())
  const source = feed({ url: 'https://blog.example/feed.xml' })
  expect(await fetchImage(clients, source, `${url}/png`, mostBytes.icon)).toBeUndefined()
  expect(asked).toEqual([])
})

it.each([
  ['image/png', [...png]],
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
  ['image/gif', [...Buffer.from('GIF89a')]],
  ['image/webp', [...Buffer.from('RIFF\n\0\0\0WEBPVP8')]],
  ['image/x-icon', [0, 0, 1, 0, 1]],
  ['image/avif', [0, 0, 0, 28, ...Buffer.from('ftypavif')]],
  [undefined, [0, 0, 2, 0]],
  [undefined, [...Buffer.from(svg)]],
  [undefined, []],
] as const)('knows an image of the type %s', (type, bytes) => {
  expect(imageType(Uint8Array.from(bytes))).toBe(type)
})
