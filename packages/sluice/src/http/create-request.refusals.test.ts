import { describe, expect, it } from 'vitest'
import { SettingsError } from '../errors/settings-error.ts'
import { createRequest, type RequestDefaults } from './create-request.ts'
import type { RequestInput, RequestSpec } from './request.ts'

const inQuery = (name: string): string =>
  `query.${name}: expected text, a number, true, false, a date, or a list of those, got`

const bare: RequestDefaults = { baseUrl: undefined, headers: {}, partition: undefined }

const unwritable = {
  toJSON() {
    throw new Error('not today')
  },
}

describe('createRequest', () => {
  it.each<[unknown, string]>([
    [undefined, 'a request must be a URL, or an object with a url, but this is of type undefined'],
    [null, 'a request must be a URL, or an object with a url, but this is null'],
    [42, 'a request must be a URL, or an object with a url, but this is of type number'],
    [{}, 'a request must be a URL, or an object with a url, but the url of this object is of type undefined'],
    [['https://api.test/'], 'a request must be a URL, or an object with a url, but this is a list'],
    ['', '"" is not a URL'],
    ['nonsense', '"nonsense" is not a URL'],
    ['http://', '"http://" is not a URL'],
    ['http://a b/', '"http://a b/" is not a URL'],
    ['http://api.test:99999/', '"http://api.test:99999/" is not a URL'],
    ['/items', '"/items" is relative: set baseUrl, or write the whole URL'],
    ['//api.test/items', '"//api.test/items" has no scheme; write https: before it'],
    ['ftp://api.test/x', '"ftp://api.test/x" has the scheme ftp; only http and https can be called'],
    ['file:///etc/passwd', '"file:///etc/passwd" has the scheme file; only http and https can be called'],
    ['data:text/plain,a', '"data:text/plain,a" has the scheme data; only http and https can be called'],
    ['javascript:alert(1)', '"javascript:alert(1)" has the scheme javascript; only http and https can be called'],
    ['api.test:8080/x', '"api.test:8080/x" has the scheme api.test; only http and https can be called'],
  ])('refuses %j', (input, message) => {
    expect(refusal(input)).toBe(message)
  })

  it('refuses another scheme in an absolute URL when there is a base URL', () => {
    expect(refusal('ftp://api.test/x', { ...bare, baseUrl: 'https://api.test/' })).toBe(
      '"ftp://api.test/x" has the scheme ftp; only http and https can be called',
    )
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['weight', { weight: 0 }, 'weight: expected a number above 0, got 0 (number)'],
    ['weight', { weight: -1 }, 'weight: expected a number above 0, got -1 (number)'],
    ['weight', { weight: '2' }, 'weight: expected a number above 0, got "2" (string)'],
    ['weight', { weight: Number.NaN }, 'weight: expected a number above 0, got NaN (number)'],
    ['weight', { weight: Number.POSITIVE_INFINITY }, 'weight: expected a number above 0, got Infinity (number)'],
    ['priority', { priority: 'high' }, 'priority: expected a number, got "high" (string)'],
    ['priority', { priority: Number.NaN }, 'priority: expected a number, got NaN (number)'],
    [
      'readAs',
      { readAs: 'xml' },
      'readAs: expected one of auto, json, text, bytes, stream, events, lines, got "xml" (string)',
    ],
    ['method', { method: '' }, 'method: expected an HTTP method such as GET or POST, got "" (string)'],
    ['method', { method: 'GE T' }, 'method: expected an HTTP method such as GET or POST, got "GE T" (string)'],
    [
      'method',
      { method: 'GET /\r\nX: y' },
      'method: expected an HTTP method such as GET or POST, got "GET /\\r\\nX: y" (string)',
    ],
    ['method', { method: 7 }, 'method: expected an HTTP method such as GET or POST, got 7 (number)'],
    ['method', { method: 'connect' }, 'method: expected an HTTP method such as GET or POST, got "connect" (string)'],
    ['json', { json: Promise.resolve(1) }, 'json: expected a value, got a promise: await it'],
    ['cost', { cost: Promise.resolve({}) }, 'cost: expected numbers by unit, such as { tokens: 1200 }, got a promise'],
    [
      'body',
      { body: new FormData() },
      'body: expected text, bytes, a stream, or a function that returns one, got a form or blob: client.fetch takes those',
    ],
    ['body', { body: 5 }, 'body: expected text, bytes, a stream, or a function that returns one, got of type number'],
    ['body', { body: ['a'] }, 'body: expected text, bytes, a stream, or a function that returns one, got a list'],
    ['body', { body: { a: 1 } }, 'body: expected text, bytes, a stream, or a function that returns one, got an object'],
    ['body and json', { body: 'a', json: 1 }, 'a request has either a body or json, not both'],
    ['json', { json: unwritable }, 'json: cannot be written as JSON: not today'],
  ])('refuses a bad %s', (_, fields, message) => {
    expect(refusal({ url: 'https://api.test/', ...fields })).toBe(message)
  })

  it.each<[Record<string, unknown>, string]>([
    [{ url: null }, 'a request must be a URL, or an object with a url, but the url of this object is null'],
    [{ url: 5 }, 'a request must be a URL, or an object with a url, but the url of this object is of type number'],
    [{ json: () => 1 }, 'json: cannot be written as JSON: it is of type function'],
    [{ headers: new Headers({ a: '1' }) }, 'headers: expected an object of names and values, got an object'],
    [{ headers: [['a', '1']] }, 'headers: expected an object of names and values, got a list'],
    [{ query: new URLSearchParams('a=1') }, 'query: expected an object of names and values, got an object'],
    [{ query: { filter: { a: 1 } } }, `${inQuery('filter')} an object`],
    [{ query: { ids: [1, { b: 2 }] } }, `${inQuery('ids')} an object`],
    [{ query: { ids: [[1]] } }, `${inQuery('ids')} a list`],
    [{ query: { a: Symbol('s') } }, `${inQuery('a')} of type symbol`],
    [{ query: { a: () => 1 } }, `${inQuery('a')} of type function`],
    [{ query: { a: Number.NaN } }, `${inQuery('a')} NaN`],
    [{ query: { a: new Date(Number.NaN) } }, `${inQuery('a')} an invalid date`],
    [{ query: 'a=1' }, 'query: expected an object of names and values, got text'],
    [{ timeout: 'soon' }, "timeout: expected a duration such as '500ms', '30s', '5m' or '1h', got \"soon\" (string)"],
  ])('refuses %o rather than send something else', (fields, message) => {
    expect(refusal({ url: 'https://api.test/', ...fields })).toBe(message)
  })

  it('refuses json that goes round in a circle', () => {
    const json: Record<string, unknown> = {}
    json.self = json
    expect(refusal({ url: 'https://api.test/', json })).toMatch(/^json: cannot be written as JSON: Converting circular/)
  })

  it.each([
    [{ 'x-a': 'a\r\nb' }, /^the value of header x-a contains a character that headers do not allow/],
    [{ 'x-a\n': 'b' }, /^the header name "x-a\\n" is not a token$/],
  ])('refuses the headers %j', (headers, message) => {
    expect(refusal({ url: 'https://api.test/', headers })).toMatch(message)
  })

  it.each(['soon', -1, Number.NaN, '5'])('refuses the timeout %j', (timeout) => {
    expect(() => createRequest({ url: 'https://api.test/', timeout }, bare)).toThrow(
      "timeout: expected a duration such as '500ms', '30s', '5m' or '1h'",
    )
  })
})

describe('the message of a refusal', () => {
  const secret = 's3cr3t'

  it.each<[string, RequestInput]>([
    ['a password in the URL', `ftp://ada:${secret}@api.test/`],
    ['a password in a URL that is none', `http://ada:${secret}@:80`],
    ['a key in the query', `http://a b/?api_key=${secret}`],
    ['a key in the query of a relative URL', `/x?token=${secret}`],
    ['a password before a host without a scheme', `ada:${secret}@api.test/x`],
    ['a password in a relative URL', `//ada:${secret}@api.test/x`],
    ['a password with an at sign', `ftp://ada:a@${secret}@api.test/x`],
    ['a password behind white space', ` http://ada:${secret}@a b/x`],
    ['a password behind backslashes', `http:\\\\ada:${secret}@a b/x`],
    ['a header', { url: 'https://api.test/', headers: { authorization: `Bearer ${secret}\nx` } }],
    ['a password beside a bad weight', { url: `https://ada:${secret}@api.test/`, weight: -1 }],
    ['json that cannot be written', { url: 'https://api.test/', json: { password: secret, unwritable } }],
    ['a body that is none', { url: 'https://api.test/', body: [secret] } as unknown as RequestSpec],
  ])('does not have %s in it', (_, input) => {
    expect(refusal(input)).not.toContain(secret)
  })
})

/** Message with which the request is rejected as bad input. */
function refusal(input: unknown, defaults = bare): string {
  try {
    createRequest(input as RequestInput, defaults)
  } catch (error) {
    if (error instanceof SettingsError && error.code === 'SLUICE_BAD_INPUT') return error.message
    throw error
  }
  throw new Error('nothing was refused')
}
