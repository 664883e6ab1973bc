import { createHmac, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import type { NewsParts } from './context.ts'

/** Proxy address of an external image, signed so that other pages cannot use the proxy. */
export function imageAddress(token: string, source: string, address: string): string {
  const name = Buffer.from(JSON.stringify([source, address])).toString('base64url')
  return `/image/${signatureOf(token, name)}/${name}`
}

/** Route that proxies images of articles. */
export function imageRoutes({ options: { image }, token }: NewsParts): Hono {
  const app = new Hono()
  if (image === undefined) return app
  app.get('/image/:signature{[\\w-]{43}}/:name{[\\w-]{1,8000}}', async ({ req, body, notFound }) => {
    const { signature, name } = req.param()
    const right = signatureOf(token, name)
    if (!timingSafeEqual(Buffer.from(right), Buffer.from(signature))) return notFound()
    const [source, address] = JSON.parse(Buffer.from(name, 'base64url').toString()) as [string, string]
    const found = await image(source, address)
    if (found === undefined) return body(null, 404)
    return body(found.bytes, 200, { 'content-type': found.type, 'cache-control': 'private, max-age=86400' })
  })
  return app
}

function signatureOf(token: string, name: string): string {
  return createHmac('sha256', token).update(`image ${name}`).digest('base64url')
}
