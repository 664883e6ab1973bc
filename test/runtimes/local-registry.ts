import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'

interface Packed {
  readonly name: string
  readonly version: string
}

/**
 * Registry on loopback that serves the tarballs of a folder, and redirects to the public one for all other packages.
 */
export async function localRegistry(folder: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const tarballs = new Map(globSync('*.tgz', { cwd: folder }).map((file) => [`/${file}`, join(folder, file)]))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://registry.test').pathname)
    const tarball = tarballs.get(path)
    const document = documents.get(path.slice(1))
    if (tarball !== undefined) response.end(readFileSync(tarball))
    else if (document !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    else response.writeHead(307, { location: `https://registry.npmjs.org${request.url}` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const documents = new Map([...tarballs.values()].map((tarball) => documentOf(tarball, url)))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, [Symbol.asyncDispose]: close }
}

/** Name and registry document of a package. Its date is old, for package managers that delay new releases. */
function documentOf(tarball: string, url: string): [string, object] {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  const manifest = JSON.parse(text) as Packed
  const bytes = readFileSync(tarball)
  const dist = {
    tarball: `${url}/${basename(tarball)}`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
  }
  const { name, version } = manifest
  const published = '2026-01-01T00:00:00.000Z'
  return [
    name,
    {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist } },
      time: { created: published, modified: published, [version]: published },
    },
  ]
}
