import { describe, expect, it } from 'vitest'
import { secretsInBody } from '../plan/secrets.ts'
import { createRedactor } from './redactor.ts'

describe('what the command shows', () => {
  it('has no secret in it that was loaded, none of URLs, and none of the request at hand', () => {
    const redact = createRedactor(['s3cr3t-1'])
    const request = { url: 'https://a.test/?key=s3cr3t-2', headers: { 'x-api-key': 's3cr3t-3' } }
    const text = 's3cr3t%2D1 postgres://u:pw@db/x "http://h/?token=t" s3cr3t-2 s3cr3t-3'
    expect(redact(text, request)).toBe('*** postgres://***@db/x "http://h/?token=***" *** ***')
    expect(redact(text)).toBe('*** postgres://***@db/x "http://h/?token=***" s3cr3t-2 s3cr3t-3')
  })

  it.each<[string, Parameters<typeof secretsInBody>, string[]]>([
    ['all of a variable', [{ json: 'env:B' }, { json: { a: { b: ['value1', 'no'] } } }], ['value1']],
    ['all of a form from a variable', [{ data: 'env:B' }, { body: 'a=value1' }], ['a=value1', 'value1']],
    ['what is secret by name', [{ json: '{}' }, { json: { client_secret: 'value1', name: 'value2' } }], ['value1']],
    ['what is secret by name in a form', [{ data: '' }, { body: 'password=value1&user=value2' }], ['value1']],
    ['what is secret by name in JSON as text', [{ data: '' }, { body: '{"pin":"value1"}' }], ['value1']],
    ['nothing of a stream', [{}, {}], []],
  ])('masks of a body %s', (_, parts, expected) => {
    expect(secretsInBody(...parts)).toEqual(expected)
  })
})
