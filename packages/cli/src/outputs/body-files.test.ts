import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openBodyFiles } from './body-files.ts'
import { compileFileName, fileExtension, safeName } from './file-name.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-bodies-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const place = (): string => join(root, String(++folders), 'deep')

const item = (index: number, id: string, url = 'https://api.example.com:8443/a/b?c=d') => ({ index, id, url })

describe('compileFileName', () => {
  it.each([
    ['{index}-{id}', '3-x', ''],
    ['{host}_{path}', 'api.example.com_8443_a_b', ''],
    ['{id}.json', 'x.json', ''],
    ['{id}.{ext}', 'x', '.png'],
    ['{index}{ext}', '3', 'png'],
    ['fixed', 'fixed', ''],
  ])('fills %s', (template, stem, tail) => {
    const name = compileFileName(template)(item(3, 'x'))
    expect([name.stem, name.tail('png')]).toEqual([stem, tail])
  })

  it.each(['', 'a/b', '..\\x', '{nope}', '{ext}-{id}', 'a\0b'])('refuses %j', (template) => {
    expect(() => compileFileName(template)).toThrow('--file-name: ')
  })
})

describe('safeName', () => {
  it.each([
    ['../../etc/passwd', '___.._etc_passwd'],
    ['..', '__'],
    ['.hidden', '_hidden'],
    ['/abs', '_abs'],
    ['C:\\x', 'C__x'],
    ['a\0b\nc', 'a_b_c'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['console', 'console'],
    ['end. ', 'end__'],
    ['', '7'],
    ['a?b*c|"<>', 'a_b_c____'],
    ['Zoë', 'Zoë'],
  ])('makes %j into %j', (text, name) => {
    expect(safeName(text, 7)).toBe(name)
  })

  it('cuts long names between characters, and ends them with the index and their ending', () => {
    const name = safeName(`${'é'.repeat(300)}.json`, 12)
    expect(name).toMatch(/^é+-12\.json$/)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
    expect(Buffer.byteLength(name)).toBeGreaterThan(197)
  })

  it('never leaves the folder', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', ' ', ':', '~', '😀') }),
        fc.nat(),
        (text, index) => {
          const name = safeName(text, index)
          expect(basename(name)).toBe(name)
          expect(dirname(join('/x', name))).toBe('/x')
          expect(name).not.toMatch(/^\.|[\0/\\:]/)
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
        },
      ),
    )
  })
})

describe('fileExtension', () => {
  it.each([
    ['application/json; charset=utf-8', 'json'],
    ['application/vnd.api+json', 'json'],
    ['IMAGE/PNG', 'png'],
    ['text/x-anything', 'txt'],
    ['application/x-whatever', 'bin'],
    [undefined, 'bin'],
  ])('of %s is %s', (type, extension) => {
    expect(fileExtension(type)).toBe(extension)
  })
})

describe('openBodyFiles', () => {
  it('stores text, bytes, streams and JSON, and leaves nothing else', async () => {
    const folder = place()
    const files = await openBodyFiles(folder, '{index}-{id}.{ext}')
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      yield Buffer.from('b')
    }
    await files.claim(item(0, 'text')).store('x', 'text/plain')
    await files.claim(item(1, 'bytes')).store(new Uint8Array([1, 2]), 'image/png')
    await files.claim(item(2, 'stream')).store(stream(), undefined)
    expect(await files.claim(item(3, 'json')).store({ a: 1 }, 'application/json')).toBe(join(folder, '3-json.json'))
    expect(readdirSync(folder).sort()).toEqual(['0-text.txt', '1-bytes.png', '2-stream.bin', '3-json.json'])
    expect(readFileSync(join(folder, '2-stream.bin'), 'utf8')).toBe('ab')
    expect(readFileSync(join(folder, '3-json.json'), 'utf8')).toBe('{"a":1}')
  })

  it('gives an item its index when another has the name, whatever the case', async () => {
    const folder = place()
    const files = await openBodyFiles(folder, '{id}.json')
    const stored = ['a', 'A', 'a', 'a-2', 'b/c', 'b:c'].map((id, index) =>
      files.claim(item(index, id)).store(String(index), undefined),
    )
    expect((await Promise.all(stored)).map((path) => basename(path))).toEqual([
      'a.json',
      'A-1.json',
      'a-2.json',
      'a-2-3.json',
      'b_c.json',
      'b_c-5.json',
    ])
  })

  it.each(['{id}', '{index}-{id}', '{id}{index}', '{id}-{index}', '{id}.json', '{id}.{ext}'])(
    'never gives two items one name with %s',
    async (name) => {
      const ids = fc.array(fc.string({ unit: fc.constantFrom('1', '2', '-', 'a', 'A', '.', '/') }), { maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(ids, async (all) => {
          const files = await openBodyFiles(place(), name)
          const paths = await Promise.all(all.map((id, index) => files.claim(item(index, id)).store('', undefined)))
          expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(all.length)
        }),
        { numRuns: 25 },
      )
    },
  )

  it('finds what an earlier run has stored, also when the type decides the ending', async () => {
    const folder = place()
    const first = await openBodyFiles(folder, '{id}.{ext}')
    const path = await first.claim(item(0, 'x')).store('{}', 'application/json')
    const second = await openBodyFiles(folder, '{id}.{ext}')
    expect(await second.claim(item(0, 'x')).existing()).toBe(path)
    expect(await second.claim(item(1, 'x')).existing()).toBeUndefined()
    writeFileSync(join(folder, 'y.json.part'), 'half')
    expect(await second.claim(item(2, 'y')).existing()).toBeUndefined()
  })

  it('leaves no whole file when the body is interrupted', async () => {
    const folder = place()
    const files = await openBodyFiles(folder, '{id}')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw new Error('connection lost')
    }
    await expect(files.claim(item(0, 'x')).store(broken(), undefined)).rejects.toThrow('connection lost')
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })

  it('refuses a folder that cannot be one', async () => {
    const path = join(root, 'plain')
    writeFileSync(path, '')
    await expect(openBodyFiles(path, '{id}')).rejects.toThrow(/there is a file of that name/)
    await expect(openBodyFiles(join(path, 'x'), '{id}')).rejects.toThrow(/is not a folder/)
  })
})

it('has no provisional name that is the name of another item', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-part-'))
  const files = await openBodyFiles(folder, '{id}')
  const ids = Array.from({ length: 20 }, (_, n) => [`f${n}`, `f${n}.part`, `.f${n}.${process.pid}.part`]).flat()
  const stored = ids.map((id, index) =>
    files.claim({ index, id, url: 'https://a.test/' }).store(`body of ${id}`, undefined),
  )
  const paths = await Promise.all(stored)
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(ids.map((id) => `body of ${id}`))
  expect(readdirSync(folder)).toHaveLength(60)
  rmSync(folder, { recursive: true })
})

it('gives no item the name of another output in the same folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-part-'))
  const files = await openBodyFiles(folder, '{id}', [join(folder, 'out.jsonl'), '/elsewhere/b.jsonl', undefined])
  const nameOf = async (id: string): Promise<string> =>
    basename(await files.claim({ index: 7, id, url: 'https://a.test/' }).store('x', undefined))
  expect([await nameOf('OUT.jsonl'), await nameOf('out.jsonl.part'), await nameOf('b.jsonl')]).toEqual([
    'OUT-7.jsonl',
    'out.jsonl-7.part',
    'b.jsonl',
  ])
  rmSync(folder, { recursive: true })
})
