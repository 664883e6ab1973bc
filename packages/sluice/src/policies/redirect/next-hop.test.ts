import { describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { ApiRequest, RequestSpec } from '../../http/request.ts'
import { RedirectError } from '../errors.ts'
import { nextHop } from './next-hop.ts'

function hop(spec: RequestSpec, status: number, location?: string): ReturnType<typeof nextHop> {
  const request = createRequest(spec, { baseUrl: undefined, headers: {}, partition: undefined })
  const headers = location === undefined ? {} : { location }
  const rules = { secretHeaders: new Set(['x-tenant']), partitionOf: (url: URL) => url.origin }
  return nextHop(request, { status, headers, body: new Uint8Array() }, rules)
}

describe('redirects', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [302, 'GET', 'GET'],
  ])('after %d make of a %s a %s', (status, method, expected) => {
    const next = hop({ url: 'https://a.test/x', method, body: 'b' }, status, '/y') as ApiRequest

    expect(next.method).toBe(expected)
    expect(next.url).toBe('https://a.test/y')
  })

  it('drop the body and what describes it when the method becomes GET', () => {
    const next = hop({ url: 'https://a.test/x', json: { a: 1 } }, 303, '/y') as ApiRequest

    expect(next.body).toBeUndefined()
    expect(next.headers['content-type']).toBeUndefined()
  })

  it('keep credentials on the same origin', () => {
    const next = hop({ url: 'https://a.test/x', headers: { Authorization: 'Bearer t' } }, 302, '/y') as ApiRequest

    expect(next.headers.authorization).toBe('Bearer t')
  })

  it.each(['https://b.test/', 'https://a.test:444/', '//b.test/'])(
    'drop every credential on the way to %s',
    (location) => {
      const headers = {
        Authorization: 'a',
        Cookie: 'b',
        'Proxy-Authorization': 'c',
        'X-Api-Key': 'd',
        'X-Tenant': 'e',
        'Idempotency-Key': 'f',
        Accept: 'text/html',
      }
      const next = hop({ url: 'https://a.test/x', headers }, 302, location) as ApiRequest

      expect(next.headers).toEqual({ accept: 'text/html' })
      expect(next.partition).toBe(new URL(location, 'https://a.test').origin)
    },
  )

  it.each([
    ['http://a.test/', 'leave https'],
    ['ftp://a.test/', 'only http and https'],
    ['https://u:p@a.test/', 'credentials'],
    ['https://', 'not a URL'],
  ])('refuse %s', (location, why) => {
    const refused = hop({ url: 'https://a.test/x' }, 302, location)

    expect(refused).toBeInstanceOf(RedirectError)
    expect((refused as RedirectError).message).toContain(why)
    expect((refused as RedirectError).message).not.toContain('u:p')
  })

  it.each([
    [200, '/y'],
    [304, '/y'],
    [300, '/y'],
    [302, undefined],
  ])('return a %d with the location %s unchanged as the response', (status, location) => {
    expect(hop({ url: 'https://a.test/x' }, status, location)).toBeUndefined()
  })
})
