import { describe, expect, it } from 'vitest'
import { JsonNumber } from '../http/json/json-number.ts'
import { BodyError } from '../transport/errors.ts'
import { readValue } from './read-value.ts'

function answer(body: string) {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
}

const deep = '['.repeat(5_000) + ']'.repeat(5_000)

describe('a body of JSON', () => {
  it('that is nested too deep fails with SLUICE_TOO_DEEP, and can be read as bytes or text', () => {
    const read = () => readValue(answer(deep), 'auto')
    expect(read).toThrow(BodyError)
    expect(read).toThrow(
      expect.objectContaining({
        code: 'SLUICE_TOO_DEEP',
        message: "the JSON is nested more than 1000 levels deep; readAs: 'text' or 'bytes' returns it unparsed",
      }),
    )
    expect(readValue(answer(deep), 'text')).toBe(deep)
    expect(readValue(answer(deep), 'bytes')).toEqual(Buffer.from(deep))
  })

  it('has its numbers as bigNumbers sets', () => {
    const body = answer('{"id":9007199254740993,"price":1.10}')
    expect(readValue(body, 'auto')).toEqual({ id: 9007199254740992, price: 1.1 })
    expect(readValue(body, 'auto', 'exact')).toEqual({ id: 9007199254740993n, price: 1.1 })
    expect(readValue(body, 'json', 'source')).toEqual({
      id: new JsonNumber('9007199254740993'),
      price: new JsonNumber('1.10'),
    })
  })
})

describe('a body in another charset than UTF-8', () => {
  const body = Buffer.from('{"a":"caf\xe9"}', 'latin1')
  const of = (contentType: string) => ({ status: 200, headers: { 'content-type': contentType }, body })

  it('is read in the one that is declared', () => {
    expect(readValue(of('application/json;charset=iso-8859-1'), 'auto')).toEqual({ a: 'café' })
    expect(readValue(of('text/plain;charset=iso-8859-1'), 'auto')).toBe('{"a":"café"}')
  })

  it('fails as JSON and as text where none is declared, and is bytes where nothing else was requested', () => {
    expect(() => readValue(of('application/json'), 'auto')).toThrow(
      expect.objectContaining({
        code: 'SLUICE_NOT_JSON',
        message: "the body of 12 bytes is not UTF-8, and JSON must be; readAs: 'bytes' returns it as it is",
      }),
    )
    expect(() => readValue(of('text/plain'), 'text')).toThrow(
      expect.objectContaining({
        code: 'SLUICE_NOT_TEXT',
        message: "the body of 12 bytes is not UTF-8; readAs: 'bytes' returns it as it is",
      }),
    )
    expect(readValue(of('text/plain'), 'auto')).toBe(body)
  })
})
