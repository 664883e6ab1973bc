import { describe, expect, it } from 'vitest'
import { createRequest, type RequestDefaults } from './create-request.ts'
import type { RequestInput, RequestSpec } from './request.ts'

const bare: RequestDefaults = { baseUrl: undefined, headers: {}, partition: undefined }
const based: RequestDefaults = { ...bare, baseUrl: 'https://api.test/v1/' }
const urlOf = (input: RequestInput, defaults = bare): string => createRequest(input, defaults).url

describe('createRequest', () => {
  it('completes a URL', () => {
    expect(createRequest('https://api.test/items?page=2', bare)).toEqual({
      id: 'https://api.test/items?page=2',
      method: 'GET',
      url: 'https://api.test/items?page=2',
      headers: {},
      readAs: 'auto',
      partition: 'https://api.test',
      weight: 1,
      priority: 0,
    })
  })

  it('keeps what is given', () => {
    const meta = { row: 7 }
    const spec: RequestSpec = {
      url: new URL('https://api.test/items'),
      id: 42,
      method: 'patch',
      headers: { 'X-A': '1' },
      body: 'text',
      readAs: 'bytes',
      partition: 'tenant 9',
      weight: 2.5,
      priority: -3,
      timeout: '2s',
      meta,
    }
    const request = createRequest(spec, bare)
    expect(request).toEqual({
      id: '42',
      method: 'PATCH',
      url: 'https://api.test/items',
      headers: { 'x-a': '1' },
      body: 'text',
      readAs: 'bytes',
      partition: 'tenant 9',
      weight: 2.5,
      priority: -3,
      timeout: 2_000,
      meta,
    })
    expect(request.meta).toBe(meta)
  })

  it('takes what is undefined as not given', () => {
    const spec: RequestSpec = {
      url: 'https://api.test/',
      id: undefined,
      method: undefined,
      query: undefined,
      headers: undefined,
      body: undefined,
      json: undefined,
      readAs: undefined,
      partition: undefined,
      weight: undefined,
      priority: undefined,
      timeout: undefined,
      meta: undefined,
    }
    expect(createRequest(spec, bare)).toStrictEqual(createRequest('https://api.test/', bare))
  })
})

describe('the URL of a request', () => {
  it.each([
    ['items', 'https://api.test/v1/items'],
    ['/items', 'https://api.test/v1/items'],
    ['?page=2', 'https://api.test/v1/?page=2'],
    ['../v2/items', 'https://api.test/v2/items'],
    ['http://other.test/x', 'http://other.test/x'],
  ])('is joined to the base URL: %s', (url, expected) => {
    expect(urlOf(url, based)).toBe(expected)
  })

  it('is written as browsers write it, without its fragment', () => {
    expect(urlOf('HTTPS://API.test:443/a b/%7e?q=ä#part')).toBe('https://api.test/a%20b/%7e?q=%C3%A4')
  })

  it('gets the query added to its own: lists repeated, undefined and null left out', () => {
    const query = { tag: ['a', 'b&c', null], page: 2, all: false, none: undefined, nothing: null, empty: '' }
    expect(urlOf({ url: 'https://api.test/x?q=1', query })).toBe(
      'https://api.test/x?q=1&tag=a&tag=b%26c&page=2&all=false&empty=',
    )
  })

  it.each(['q=a%20b', 'flag', 't=~x', 'city=M%FCnchen', 'f[x]=1', 'a=1+1', 'a=%2B', "a='", 'a=%zz', '=', 'a&&b&', ''])(
    'keeps its own query as it is written, when one is added: %s',
    (own) => {
      const separator = own === '' || own.endsWith('&') ? '' : '&'
      expect(urlOf({ url: `https://api.test/x?${own}`, query: { page: 2 } })).toBe(
        `https://api.test/x?${own.replace("'", '%27')}${separator}page=2`,
      )
    },
  )

  it('gets numbers, dates and texts of any kind written so that they come back the same', () => {
    const query = { big: 12345678901234567890n, at: new Date(0), text: 'a+b &=#?/\u00e9\ud800' }
    const url = new URL(urlOf({ url: 'https://api.test/x#top', query }))
    expect([...url.searchParams]).toEqual([
      ['big', '12345678901234567890'],
      ['at', '1970-01-01T00:00:00.000Z'],
      ['text', 'a+b &=#?/\u00e9\ufffd'],
    ])
  })

  it('is not touched by an empty query', () => {
    expect(urlOf({ url: 'https://api.test/x?q=a%20b', query: {} })).toBe('https://api.test/x?q=a%20b')
  })
})

describe('the method and the body of a request', () => {
  it.each<[string, Omit<RequestSpec, 'url'>, string]>([
    ['nothing', {}, 'GET'],
    ['a body', { body: '' }, 'POST'],
    ['json', { json: null }, 'POST'],
    ['a body and PUT', { body: 'x', method: 'put' }, 'PUT'],
    ['a method of its own', { method: 'M-Search' }, 'M-SEARCH'],
  ])('with %s', (_, spec, method) => {
    expect(createRequest({ url: 'https://api.test/', ...spec }, bare).method).toBe(method)
  })

  it.each([null, false, 0, '', [], { a: [1, 'ä'] }])('write %j as JSON, with its content type', (json) => {
    const { body, headers } = createRequest({ url: 'https://api.test/', json }, bare)
    expect(body).toBe(JSON.stringify(json))
    expect(headers).toEqual({ 'content-type': 'application/json' })
  })

  it('keep a content type that was given with json', () => {
    const headers = { 'Content-Type': 'application/merge-patch+json' }
    expect(createRequest({ url: 'https://api.test/', json: {}, headers }, bare).headers).toEqual({
      'content-type': 'application/merge-patch+json',
    })
  })

  it('keep text, bytes and functions as they are, and claim no content type for them', () => {
    for (const body of ['text', new Uint8Array([1, 2]), async function* () {}]) {
      const request = createRequest({ url: 'https://api.test/', body }, bare)
      expect(request.body).toEqual(body)
      expect(request.headers).toEqual({})
    }
  })
})

describe('the headers of a request', () => {
  const defaults: RequestDefaults = { ...bare, headers: { accept: '*/*', 'user-agent': 'sluice' } }

  it('are those of the client with its own on top; undefined takes one back', () => {
    const headers = { Accept: 'application/json', 'User-Agent': undefined, 'X-B': '2' }
    expect(createRequest({ url: 'https://api.test/', headers }, defaults).headers).toEqual({
      accept: 'application/json',
      'x-b': '2',
    })
  })

  it('leave those of the client as they are', () => {
    createRequest({ url: 'https://u:p@api.test/', json: 1, headers: { accept: undefined } }, defaults)
    expect(defaults.headers).toEqual({ accept: '*/*', 'user-agent': 'sluice' })
  })

  it.each([
    ['https://ada:lovelace@api.test/x', 'ada:lovelace'],
    ['https://ada@api.test/x', 'ada:'],
    ['https://:key@api.test/x', ':key'],
    ['https://a%40b:p%3Aw%C3%A4@api.test/x', 'a@b:p:wä'],
    ['https://50%:100%25@api.test/x', '50%:100%'],
  ])('carry the credentials of %s, which are then in no other place', (url, pair) => {
    const request = createRequest(url, bare)
    expect(request.headers).toEqual({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
    expect([request.url, request.id, request.partition]).toEqual([
      'https://api.test/x',
      'https://api.test/x',
      'https://api.test',
    ])
  })

  it('carry the credentials of the URL rather than those of the client', () => {
    const client: RequestDefaults = { ...bare, headers: { authorization: 'Bearer client' } }
    expect(createRequest('https://ada:pw@api.test/', client).headers.authorization).toMatch(/^Basic /)
  })

  it('leave out an empty body beside json, and an empty id', () => {
    const spec = { url: 'https://api.test/', id: null, body: null, json: 1 } as unknown as RequestSpec
    expect(createRequest(spec, bare)).toMatchObject({ id: 'https://api.test/', body: '1' })
  })

  it('keep an authorization that was given rather than what is in the URL', () => {
    const headers = { Authorization: 'Bearer t' }
    const request = createRequest({ url: 'https://ada:pw@api.test/', headers }, bare)
    expect([request.headers.authorization, request.url]).toEqual(['Bearer t', 'https://api.test/'])
  })
})

describe('the identity and the partition of a request', () => {
  it.each([
    ['abc', 'abc'],
    [0, '0'],
    ['', ''],
  ])('is the id that was given: %j', (id, expected) => {
    expect(createRequest({ url: 'https://api.test/', id }, bare).id).toBe(expected)
  })

  it('is otherwise the whole URL, with what is secret masked there and nowhere else', () => {
    const request = createRequest({ url: 'items?q=1', query: { api_key: 'abc' } }, based)
    expect([request.id, request.url]).toEqual([
      'https://api.test/v1/items?q=1&api_key=***',
      'https://api.test/v1/items?q=1&api_key=abc',
    ])
  })

  it('is the origin, with a port that is not the usual one', () => {
    expect(createRequest('http://api.test:8080/x', bare).partition).toBe('http://api.test:8080')
  })

  it("is what the client's function says, unless the request says it itself", () => {
    const defaults: RequestDefaults = { ...bare, partition: (url, spec) => `${url.pathname} ${String(spec.meta)}` }
    const spec: RequestSpec = { url: 'https://api.test/x', meta: 'm' }
    expect(createRequest(spec, defaults).partition).toBe('/x m')
    expect(createRequest({ ...spec, partition: 'own' }, defaults).partition).toBe('own')
  })
})
