import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openWriter, type WriterOptions } from './open-writer.ts'
import { ClosedPipeError, OutputError } from './output-errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-outputs-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const place = (name: string): string => join(folder, `${++files}-${name}`)

function folderAt(name: string): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

function fileAt(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  return path
}

async function write(path: string, records: readonly object[], options?: WriterOptions): Promise<void> {
  const { writer } = await openWriter(path, options)
  for (const record of records) await writer.write(record)
  await writer.close()
}

describe('openWriter, to a file', () => {
  it('writes one JSON object a line', async () => {
    const path = place('a.jsonl')
    await write(path, [{ a: 1 }, { b: 'x\ny' }])
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":"x\\ny"}\n')
  })

  it('reads back what it wrote, zipped or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ value: fc.jsonValue() })), async (records) => {
        const path = join(folder, 'again.jsonl.gz')
        await write(path, records)
        const lines = gunzipSync(readFileSync(path)).toString().split('\n')
        expect(lines.pop()).toBe('')
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(records)))
      }),
      { numRuns: 30 },
    )
  })

  it.each(['a.jsonl', 'a.jsonl.gz', 'a.csv', 'a.parquet'])('gives %s its name only when it is whole', async (name) => {
    const path = place(name)
    writeFileSync(path, 'old')
    writeFileSync(`${path}.part`, 'older, and longer than what is written now')
    const { writer, partPath } = await openWriter(path)
    await writer.write({ a: 1 })
    expect(partPath).toBe(`${path}.part`)
    expect(readFileSync(path, 'utf8')).toBe('old')
    await writer.close()
    expect(existsSync(`${path}.part`)).toBe(false)
    expect(statSync(path).size).toBeGreaterThan(3)
  })

  it.each([
    ['a.jsonl', (bytes: Buffer) => bytes],
    ['a.jsonl.gz', gunzipSync],
  ] as const)('keeps what was written of %s after an abort, under the provisional name', async (name, decode) => {
    const path = place(name)
    const { writer, partPath } = await openWriter(path)
    await writer.write({ a: 1 })
    await writer.abort()
    await writer.abort()
    expect(existsSync(path)).toBe(false)
    expect(decode(readFileSync(partPath!)).toString()).toBe('{"a":1}\n')
  })

  it('adds to a file, and ends a line that was cut off', async () => {
    const path = place('a.jsonl')
    writeFileSync(path, '{"a":1}\n{"a":')
    const { partPath, writer } = await openWriter(path, { append: true })
    expect(partPath).toBeUndefined()
    await writer.close()
    await write(path, [{ a: 2 }], { append: true })
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":\n{"a":2}\n')
    await write(path, [{ a: 3 }], { append: true })
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":\n{"a":2}\n{"a":3}\n')
    const fresh = place('b.jsonl')
    await write(fresh, [{ a: 1 }], { append: true })
    expect(readFileSync(fresh, 'utf8')).toBe('{"a":1}\n')
  })

  it('follows a link', async () => {
    const path = place('real.jsonl')
    const link = place('link.jsonl')
    writeFileSync(path, '')
    symlinkSync(path, link)
    await write(link, [{ a: 1 }])
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n')
    rmSync(path)
    await write(link, [{ a: 2 }])
    expect([readFileSync(path, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual(['{"a":2}\n', true])
  })

  it('writes to a device as it is', async () => {
    const link = place('null.jsonl')
    symlinkSync('/dev/null', link)
    await write(link, [{ a: 1 }])
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    expect(existsSync('/dev/null.part')).toBe(false)
  })

  it.each(['a.jsonl', 'a.csv.gz', 'a.parquet'])('says that the unfinished %s was removed', async (name) => {
    const path = place(name)
    const { writer } = await openWriter(path)
    await writer.write({ a: 1 })
    rmSync(`${path}.part`)
    await expect(writer.close()).rejects.toMatchObject({
      name: 'OutputError',
      message: `${path}: the unfinished file or its folder was removed while it was written; run again`,
    })
  })

  it.each([
    ['a missing folder', () => join(folder, 'no', 'a.jsonl'), /there is no folder .*no; create it first: mkdir -p/],
    ['a missing folder for a database', () => join(folder, 'no', 'a.db'), /there is no folder .*no; create it first/],
    ['a folder', () => folderAt('dir.jsonl'), /this is a folder/],
    ['a folder for a database', () => folderAt('dir.db'), /this is a folder/],
    ['a zipped Parquet file', () => join(folder, 'a.parquet.gz'), /no format is known for this file extension/],
    ['a file for a folder', () => join(fileAt('plain'), 'a.csv'), /is not a folder/],
    [
      'an unknown ending',
      () => join(folder, 'a.xlsx'),
      /use \.jsonl, \.csv, \.jsonl\.gz, \.csv\.gz, \.parquet or \.db, or --output-format$/,
    ],
    ['a name without an ending', () => join(folder, 'csv'), /no format is known for this file extension/],
    ['a name that is too long', () => join(folder, `${'x'.repeat(300)}.csv`), /the name is too long/],
  ])('refuses %s, with the path and what to do', async (_what, make, message) => {
    const path = make()
    await expect(openWriter(path)).rejects.toThrow(message)
    await expect(openWriter(path)).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining(path),
    })
  })

  it('refuses to add to what cannot be continued', async () => {
    for (const name of ['a.jsonl.gz', 'a.csv.gz', 'a.parquet', 'a.db', 'a.sqlite'])
      await expect(openWriter(place(name), { append: true })).rejects.toThrow('needs a .jsonl or .csv file')
  })

  it('adds rows to a CSV file of the same columns, and refuses one of others', async () => {
    const path = place('a.csv')
    await write(path, [{ a: 1, b: 'x' }], { append: true, columns: ['a', 'b'] })
    await write(path, [{ a: 2, b: 'y' }], { append: true, columns: ['a', 'b'] })
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,x\n2,y\n')
    await expect(openWriter(path, { append: true, columns: ['a', 'c'] })).rejects.toThrow('it has other columns')
    await write(path, [{ a: 3, b: 'z' }], { append: true, columns: ['a', 'b'] })
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,x\n2,y\n3,z\n')
  })

  it.each(['a.jsonl', 'a.csv', 'a.parquet', 'a.db'])('leaves %s the rights that it had', async (name) => {
    const path = place(name)
    writeFileSync(path, '', { mode: 0o600 })
    await write(path, [{ a: 1 }])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    chmodSync(path, 0o664)
    await write(path, [{ a: 1 }])
    expect(statSync(path).mode & 0o777).toBe(0o664)
  })

  it('keeps what a run that was stopped has left, under another name', async () => {
    const path = place('a.jsonl')
    const stopped = await openWriter(path)
    expect(stopped.setAside).toBeUndefined()
    await stopped.writer.write({ a: 1 })
    await stopped.writer.abort()
    const { writer, setAside } = await openWriter(path)
    await writer.close()
    expect(setAside).toBe(`${path}.part.old`)
    expect([readFileSync(setAside!, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['{"a":1}\n', ''])
  })

  it('adds to a file that a stream of this process leads to', async () => {
    const path = place('open.txt')
    writeFileSync(path, 'before\n')
    const fd = openSync(path, 'a')
    await write(`/dev/fd/${fd}`, [{ a: 1 }])
    closeSync(fd)
    expect(readFileSync(path, 'utf8')).toBe('before\n{"a":1}\n')
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  it('takes the format in front of the name, or the requested one', async () => {
    const path = place('names.txt')
    await write(`csv:${path}`, [{ a: 1 }], { columns: ['a'] })
    expect(readFileSync(path, 'utf8')).toBe('a\n1\n')
    await write(path, [{ a: 1 }], { format: 'jsonl' })
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n')
    await expect(openWriter(`csv:${path}`, { format: 'jsonl' })).rejects.toThrow('give one of them')
    await expect(openWriter('-', { format: 'parquet' })).rejects.toThrow('parquet is written to a file only')
    const written: string[] = []
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.toString())
        done()
      },
    })
    await write('csv:-', [{ a: 'x' }], { columns: ['a'], stdout })
    expect(written.join('')).toBe('a\nx\n')
  })

  it.each(['full.jsonl', 'full.jsonl.gz', 'full.csv', 'full.parquet'])(
    'says that the disk is full, for %s',
    async (name) => {
      const path = place(name)
      symlinkSync('/dev/full', path)
      const { writer } = await openWriter(path)
      const writing = async (): Promise<void> => {
        for (let n = 0; n < 100; n++) await writer.write({ a: 'x'.repeat(10_000), n })
        await writer.close()
      }
      const error = await writing().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OutputError)
      expect((error as OutputError).message).toBe(
        `${path}: the disk is full; free some space, or write to another disk`,
      )
      await writer.abort()
      await expect(writer.close()).rejects.toBe(error)
    },
  )

  it('leaves the rows of a Parquet file of selected fields when the disk is full at the end', async () => {
    const path = place('full.parquet')
    symlinkSync('/dev/full', path)
    const { writer } = await openWriter(path, { columns: ['a'] })
    await writer.write({ a: 1 })
    const error = await writer.close().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: `${path}: the disk is full; free some space, or write to another disk` })
    await writer.abort()
    expect(readFileSync(`${path}.rows`, 'utf8')).toBe('[1]\n')
  })
})

describe('openWriter, to stdout', () => {
  it('waits while the stream is full, and leaves it open', async () => {
    const written: string[] = []
    let release: (() => void) | undefined
    const stdout = new Writable({
      highWaterMark: 10,
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.toString())
        release = done
      },
    })
    const { writer, partPath } = await openWriter('-', { stdout })
    expect(partPath).toBeUndefined()
    let done = false
    const writing = Promise.resolve(writer.write({ a: 'long enough' })).then(() => {
      done = true
    })
    await new Promise(setImmediate)
    expect(done).toBe(false)
    release?.()
    await writing
    const closing = writer.close()
    await new Promise(setImmediate)
    release?.()
    await closing
    expect(written[0]).toBe('{"a":"long enough"}\n')
    expect(stdout.writableEnded).toBe(false)
  })

  it('writes at once while there is room', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done() })
    const { writer } = await openWriter('-', { stdout })
    expect(writer.write({})).toBeUndefined()
  })

  it('tells a closed pipe apart, and keeps telling', async () => {
    const stdout = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    })
    const { writer } = await openWriter('-', { stdout })
    await expect(writer.write({ a: 1 })).rejects.toBeInstanceOf(ClosedPipeError)
    expect(() => writer.write({ a: 2 })).toThrow(ClosedPipeError)
    await expect(writer.close()).rejects.toBeInstanceOf(ClosedPipeError)
    await writer.abort()
  })

  it('ends a wait when the stream is destroyed silently', async () => {
    const stdout = new Writable({ highWaterMark: 1, write: () => {} })
    const { writer } = await openWriter('-', { stdout })
    const writing = writer.write({ a: 1 })
    stdout.destroy()
    await expect(writing).rejects.toBeInstanceOf(ClosedPipeError)
  })
})

describe('openWriter, as CSV', () => {
  it('has the columns of a call', async () => {
    const path = place('a.csv')
    await write(path, [
      {
        ...{ index: 0, id: 'a,b', url: 'u', method: 'GET', ok: true, status: 200, attempts: 1, ms: 3.5 },
        ...{ headers: { etag: '"1"' }, meta: [1], data: { x: 'q"' }, file: 'out/0' },
      },
      {
        ...{ index: 1, id: '2', ok: false, attempts: 0, ms: 0 },
        error: { code: 'SLUICE_DNS', message: 'no\nname', retryAt: '2026-01-01T00:00:00.000Z' },
      },
      { index: 2, id: '3', url: 'u', method: 'GET', ok: true, status: 200, attempts: 1, ms: 1, text: 'plain' },
    ])
    expect(readFileSync(path, 'utf8')).toBe(
      'index,id,url,method,ok,status,attempts,ms,error_code,error_message,data,' +
        'queued,backoff,connect,first_byte,body_ms,attempt_ms,started_at,protocol,headers,meta,file,error_body,retry_at\n' +
        '0,"a,b",u,GET,true,200,1,3.5,,,"{""x"":""q\\""""}",,,,,,,,,"{""etag"":""\\""1\\""""}",[1],out/0,,\n' +
        '1,2,,,false,,0,0,SLUICE_DNS,"no\nname",,,,,,,,,,,,,,2026-01-01T00:00:00.000Z\n' +
        '2,3,u,GET,true,200,1,1,,,plain,,,,,,,,,,,,,\n',
    )
  })

  it('has the columns of --select, and a header even without a record', async () => {
    const path = place('a.csv.gz')
    await write(path, [{ status: 200, 'data.id': null, '[a,b]': [1, 2] }], { columns: ['status', 'data.id', '[a,b]'] })
    expect(gunzipSync(readFileSync(path)).toString()).toBe('status,data.id,"[a,b]"\n200,,"[1,2]"\n')
    const empty = place('b.csv')
    await write(empty, [], { columns: ['a'] })
    expect(readFileSync(empty, 'utf8')).toBe('a\n')
  })

  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-x', "'-x"],
    ['@a', "'@a"],
    ['\tx', "'\tx"],
    ['＝1', "'＝1"],
    ['-1.5', '-1.5'],
    ['+49', '+49'],
    [-2, '-2'],
    ['a=1', 'a=1'],
  ])('makes the text %j harmless for spreadsheets as %j only when asked to', async (value, cell) => {
    const path = place('a.csv')
    await write(path, [{ v: value }], { columns: ['v'], formulas: 'guard' })
    expect(readFileSync(path, 'utf8')).toBe(`v\n${cell}\n`)
    await write(path, [{ v: value }], { columns: ['v'] })
    expect(readFileSync(path, 'utf8')).toBe(`v\n${value}\n`)
  })
})
