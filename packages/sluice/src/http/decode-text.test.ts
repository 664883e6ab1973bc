import { describe, expect, it } from 'vitest'
import { decodeJsonText, decodeText, jsonInUtf8, showText } from './decode-text.ts'

const bytes = (...codes: readonly number[]): Uint8Array => Uint8Array.from(codes)
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const text = (body: Uint8Array, contentType = 'text/plain'): unknown => {
  const decoded = decodeText(body, contentType)
  return decoded.ok ? decoded.text : decoded
}

describe('decodeText', () => {
  it.each([
    ['ISO-8859-1', bytes(0xe9, 0x80), 'é€'],
    ['"windows-1252"', bytes(0x93, 0x41, 0x94), '“A”'],
    ['shift_jis', bytes(0x83, 0x65, 0x83, 0x58), 'テス'],
    ['gbk', bytes(0xc4, 0xe3), '你'],
    ['koi8-r', bytes(0xc1), 'а'],
    ['utf-16be', bytes(0x00, 0x41), 'A'],
    ['UTF8', bytes(0xef, 0xbb, 0xbf, 0x41), 'A'],
    ['no-such-charset', bytes(0xc3, 0xa9), 'é'],
  ])('reads %s as declared', (charset, body, expected) => {
    expect(text(body, `text/html; charset=${charset}`)).toBe(expected)
  })

  it('obeys a byte order mark, and what XML and HTML say of themselves', () => {
    expect(text(bytes(0xff, 0xfe, 0x41, 0))).toBe('A')
    expect(text(latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>'))).toContain('é')
    expect(text(latin1('<html><meta charset=windows-1252>\x80'))).toContain('€')
    expect(text(Buffer.from('<meta charset="iso-8859-1">é'))).toContain('é')
  })

  it('replaces no byte: it says which charset the bytes are not in', () => {
    expect(text(latin1('caf\xe9'))).toEqual({ ok: false, charset: 'UTF-8' })
    expect(text(latin1('caf\xe9'), 'text/plain; charset=utf-8')).toEqual({ ok: false, charset: 'UTF-8' })
    expect(text(bytes(0x83), 'text/plain; charset=shift_jis')).toEqual({ ok: false, charset: 'shift_jis' })
    expect(text(latin1('caf\xe9'), 'text/plain; charset=nonsense')).toEqual({ ok: false, charset: 'UTF-8' })
    expect(showText(latin1('caf\xe9'), 'text/plain')).toBe('caf\ufffd')
  })
})

describe('decodeJsonText', () => {
  const json = (body: Uint8Array, charset: string): unknown => {
    const decoded = decodeJsonText(body, `application/json${charset}`)
    return decoded.ok ? decoded.text : decoded
  }

  it('reads UTF-8 whatever western charset is declared, and other bytes as declared', () => {
    expect(json(Buffer.from('"é"'), ';charset=ISO-8859-1')).toBe('"é"')
    expect(json(latin1('"\xe9"'), ';charset=ISO-8859-1')).toBe('"é"')
    expect(json(bytes(0x22, 0x83, 0x65, 0x22), ';charset=Shift_JIS')).toBe('"テ"')
    expect(json(bytes(0xff, 0xfe, 0x22, 0, 0x22, 0), '')).toBe('""')
    expect(json(latin1('"\xe9"'), '')).toEqual({ ok: false, charset: 'UTF-8' })
  })

  it('is kept in UTF-8, and unchanged where it is that', () => {
    const body = Buffer.from('"é"')
    expect(jsonInUtf8(body, 'application/json')).toBe(body)
    expect(Buffer.from(jsonInUtf8(latin1('"\xe9"'), 'application/json;charset=latin1')).toString()).toBe('"é"')
  })
})
