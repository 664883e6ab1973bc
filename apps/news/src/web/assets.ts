import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { etag } from 'hono/etag'

/** As written, whether this is run from the sources or built: nothing has to be done to them. */
const folder = new URL('../../src/web/assets/', import.meta.url)

/** The files that pages ask for. There are no others. */
export function assets(): Hono {
  const app = new Hono()
  app.use(etag())
  for (const [name, type] of [
    ['reader.js', 'text/javascript; charset=utf-8'],
    ['reader.css', 'text/css; charset=utf-8'],
    ['narrow.css', 'text/css; charset=utf-8'],
    ['print.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const content = readFileSync(new URL(name, folder), 'utf8')
    app.get(`/${name}`, ({ body }) => body(content, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }
  return app
}
