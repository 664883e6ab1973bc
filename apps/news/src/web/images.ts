import { createHmac, timingSafeEqual } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import type { FetchedImage } from '../refresh/fetch-image.ts'
import type { NewsParts } from './context.ts'

/** Policy of an image: no scripts and no other content, even if it is opened directly. */
export const imagePolicy: MiddlewareHandler = async (c, next) => {
  await next()
  c.res.headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
}

/** Response with an image; 404 without one. */
export function imageAnswer(found: FetchedImage | undefined): Response {
  if (found === undefined) return new Response(null, { status: 404 })
  return new Response(found.bytes, {
    headers: { 'content-type': found.type, 'cache-control': 'private, max-age=86400' },
  })
}

/** Proxy address of an external image, signed so that other pages cannot use the proxy. */
export function imageAddress(token: string, source: string, address: string): string {
  const name = Buffer.from(JSON.stringify([source, address])).toString('base64url')
  return `/image/${signatureOf(token, name)}/${name}`
}

/** Route that proxies images of articles. */
export function imageRoutes({ options: { image }, token }: NewsParts): Hono {
  const app = new Hono()
  if (image === undefined) return app
  app.get('/image/:signature{[\\w-]{43}}/:name{[\\w-]{1,8000}}', async ({ req, notFound }) => {
    const { signature, name } = req.param()
    const right = signatureOf(token, name)
    if (!timingSafeEqual(Buffer.from(right), Buffer.from(signature))) return notFound()
    const [source, address] = JSON.parse(Buffer.from(name, 'base64url').toString()) as [string, string]
    return imageAnswer(await image(source, address))
  })
  return app
}

function signatureOf(token: string, name: string): string {
  return createHmac('sha256', token).update(`image ${name}`).digest('base64url')
}
