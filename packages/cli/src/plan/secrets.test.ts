import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAuth, parseHeader } from './headers.ts'
import { resolveSecret } from './secrets.ts'

const sources = {
  env: { TOKEN: 's3cr3t-t0k3n', EMPTY: '', PAIR: 'ann:p:w', LINES: 'a\nb' },
  readFile: (path: string): string => {
    const text = new Map([
      ['token.txt', 'fr0m-file\r\n'],
      ['nul', 'a\0b'],
      ['blank', '\n'],
      ['pair', 'ann:pw\n'],
    ]).get(path)
    if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' })
    return text
  },
}

describe('resolveSecret', () => {
  it('reads variables and files, and leaves other text as it is', () => {
    expect(resolveSecret('env:TOKEN', sources)).toEqual({ value: 's3cr3t-t0k3n', secret: true })
    expect(resolveSecret('file:token.txt', sources)).toEqual({ value: 'fr0m-file', secret: true })
    expect(resolveSecret('application/json', sources)).toEqual({ value: 'application/json', secret: false })
    expect(resolveSecret('ENV:x', sources).secret).toBe(false)
  })

  it('reads real files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-secret-'))
    try {
      await writeFile(join(folder, 'token'), 'abc\n')
      expect(resolveSecret(`file:${join(folder, 'token')}`).value).toBe('abc')
      expect(() => resolveSecret(`file:${folder}`)).toThrow('this is a folder')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    ['env:NOPE', 'the environment variable NOPE is not set'],
    ['env:EMPTY', 'the environment variable EMPTY is empty'],
    ['env:', 'env: needs the name'],
    ['file:', 'file: needs a path'],
    ['file:gone', 'gone: there is no such file'],
    ['file:blank', 'blank: the file is empty'],
    ['file:nul', 'the text of nul has a line break or NUL inside'],
    ['env:LINES', 'the environment variable LINES has a line break or NUL inside'],
    ['a\r\nb', 'the value has a line break or NUL inside'],
  ])('refuses %j', (text, message) => {
    expect(() => resolveSecret(text, sources)).toThrow(message)
  })
})

describe('parseHeader', () => {
  it.each([
    ['Accept: text/html', ['Accept', 'text/html']],
    ['X-Time: 12:30', ['X-Time', '12:30']],
    ['X:y', ['X', 'y']],
    ['Authorization: env:TOKEN', ['Authorization', 'env:TOKEN']],
    ['User-Agent:', ['User-Agent', undefined]],
    ['X-Empty;', ['X-Empty', '']],
  ])('reads %s', (text, option) => {
    expect(parseHeader(text)).toEqual(option)
  })

  it.each(['Bearer s3cr3t', 's3cr3t', ': s3cr3t', 'a b: s3cr3t', 'ü: s3cr3t', 'a\n: s3cr3t', ''])(
    'refuses %j, and does not show what may be secret',
    (text) => {
      expect(() => parseHeader(text)).toThrow(/^-H: ((?!s3cr3t).)+$/)
    },
  )
})

describe('parseAuth', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')

  it('makes a bearer header', () => {
    expect(parseAuth('bearer:env:TOKEN', sources)).toEqual({
      name: 'authorization',
      source: 'TOKEN',
      header: 'Bearer s3cr3t-t0k3n',
      secrets: ['s3cr3t-t0k3n'],
      literal: false,
    })
    expect(parseAuth('Bearer:file:token.txt', sources).header).toBe('Bearer fr0m-file')
    expect(parseAuth('bearer:abc', sources).literal).toBe(true)
  })

  it('makes a basic header of a pair, or of a user and a password', () => {
    expect(parseAuth('basic:env:PAIR', sources)).toEqual({
      name: 'authorization',
      source: 'PAIR',
      header: `Basic ${base64('ann:p:w')}`,
      secrets: [`Basic ${base64('ann:p:w')}`, base64('ann:p:w'), 'ann:p:w', 'p:w'],
      literal: false,
    })
    expect(parseAuth('basic:file:pair', sources).header).toBe(`Basic ${base64('ann:pw')}`)
    expect(parseAuth('basic:ann:env:TOKEN', sources).header).toBe(`Basic ${base64('ann:s3cr3t-t0k3n')}`)
    expect(parseAuth('basic:ann:pä:w', sources)).toMatchObject({ header: `Basic ${base64('ann:pä:w')}`, literal: true })
    expect(parseAuth('basic:key:', sources).secrets).toEqual([`Basic ${base64('key:')}`, base64('key:'), 'key:', 'key'])
  })

  it('makes a header of any name', () => {
    expect(parseAuth('header:X-Api-Key:env:TOKEN', sources)).toMatchObject({
      name: 'x-api-key',
      header: 's3cr3t-t0k3n',
      source: 'TOKEN',
      literal: false,
    })
    expect(parseAuth('header:x-key:abc:def', sources)).toMatchObject({
      header: 'abc:def',
      source: undefined,
      literal: true,
    })
    expect(parseAuth('bearer:file:keys/token.txt', { readFile: () => 'x' }).source).toBe('token.txt')
  })

  it.each([
    '',
    'bearer:',
    'header:s3cr3t',
    'header:x y:s3cr3t',
    'header:content-length:s3cr3t',
    'digest:s3cr3t',
    's3cr3t',
    'basic:s3cr3t',
    'basic:env:TOKEN',
    'bearer:s3cr3t x',
    'bearer:env:NOPE',
  ])('refuses %j without showing a secret', (text) => {
    expect(() => parseAuth(text, sources)).toThrow(/^((?!s3cr3t).)+$/)
  })

  it.each(['bearer:', 'basic:ann:', 'header:x-key:'])('names --auth when a secret of %s has two lines', (kind) => {
    expect(() => parseAuth(`${kind}s3cr3t\nx`, sources)).toThrow(
      /^--auth: the value has a line break or NUL inside; it must be a single line$/,
    )
  })
})
