import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { type InputItem, showWhere } from './input-item.ts'
import type { InputPlace } from './read-file.ts'
import { type InputPlan, readInputs } from './read-inputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-inputs-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(name: string, content: string | Uint8Array): string {
  files += 1
  const path = join(folder, `${files}-${name}`)
  writeFileSync(path, content)
  return path
}

async function read(plan: InputPlan): Promise<InputItem[]> {
  const items: InputItem[] = []
  for await (const item of readInputs(plan)) items.push(item)
  return items
}

const urls = async (plan: InputPlan): Promise<unknown[]> =>
  (await read(plan)).map((item) => (item.ok ? item.request.url : item.error.message))
const requests = async (plan: InputPlan): Promise<unknown[]> =>
  (await read(plan)).map((item) => (item.ok ? item.request : item.error.message))

describe('readInputs, of arguments', () => {
  it('expands and completes them, before any file', async () => {
    const list = file('list.txt', 'example.com/z\n')
    expect(await urls({ urls: [':3000/[1-2]', 'localhost/{a,b}'], files: [list] })).toEqual([
      'http://localhost:3000/1',
      'http://localhost:3000/2',
      'http://localhost/a',
      'http://localhost/b',
      'https://example.com/z',
    ])
  })

  it('takes brackets as they are without globbing', async () => {
    expect(await urls({ urls: ['http://x/?f[a]={1}'], glob: false })).toEqual(['http://x/?f[a]={1}'])
  })

  it('names the argument that is wrong, and continues', async () => {
    const items = await read({ urls: ['http://x/1', 'http://u:pw@x/[9-1]', 'ftp://x/', 'http://x/4'] })
    expect(items.map((item) => item.ok)).toEqual([true, false, false, true])
    expect(items[1]).toMatchObject({ id: 'http://***@x/[9-1]', where: { source: 'argument 2' } })
    expect(items[1]?.ok === false && items[1].error.message).toMatch(/^argument 2: column 15: \[9-1\] runs backwards/)
    expect(items[1]?.ok === false && items[1].error.code).toBe('SLUICE_BAD_INPUT')
  })

  it('keeps a huge range lazy', async () => {
    const reading = readInputs({ urls: [':1/[1-1000000000000]'] })
    expect((await reading.next()).value).toMatchObject({ ok: true, request: { url: 'http://localhost:1/1' } })
    await reading.return?.()
  })

  it('closes the source when a header is unusable, and has nothing after that', async () => {
    const stdin = new PassThrough()
    stdin.write('id;id2\n1;2\n')
    const reading = readInputs({ files: ['-'], format: 'csv', urlTemplate: ':1/{nothing}', stdin })
    await expect(reading.next()).rejects.toThrow('nothing')
    expect(stdin.destroyed).toBe(true)
    expect(await reading.next()).toEqual({ done: true, value: undefined })
  })

  it('counts a huge range without making its URLs', async () => {
    const items = await read({ urls: ['http://{a,b}/[1-1000000000]'], isCounted: true })
    expect(items.map((item) => item.ok && [item.request.url, item.count])).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => [`http://a/${number}`, undefined]),
      ['http://a/1', 999_999_995],
      ['http://b/1', 1_000_000_000],
    ])
  })

  it('leaves relative URLs to the base URL, and refuses them without one', async () => {
    expect(await urls({ urls: ['/a', 'b/{1,2}'], baseUrl: 'api.example.com/v1/' })).toEqual(['/a', 'b/1', 'b/2'])
    expect(await urls({ urls: ['/a'] })).toEqual(['argument 1: "/a" is relative, and there is no --base-url'])
    await expect(read({ urls: ['/a'], baseUrl: 'ftp://x' })).rejects.toThrow('--base-url: "ftp://x" has the scheme ftp')
  })
})

describe('readInputs, of lines', () => {
  it('skips blanks and comments, and takes CRLF, a byte order mark and a last line without an end', async () => {
    const path = file('urls.txt', '\ufeff# list\r\n\r\nhttp://x/1\r\n  # more\n\t http://x/2#top \n:80/[a-b]')
    const items = await read({ files: [path] })
    expect(items.map((item) => item.ok && item.request.url)).toEqual([
      'http://x/1',
      'http://x/2#top',
      'http://localhost:80/[a-b]',
    ])
    expect(items.map((item) => showWhere(item.where))).toEqual([`${path}:3`, `${path}:5`, `${path}:6`])
  })

  it('refuses two things on a line', async () => {
    const path = file('urls.txt', ' http://x/1 200\n')
    expect(await urls({ files: [path] })).toEqual([
      `${path}:1: there is a space inside the URL, at column 12; write %20, or one URL per line`,
    ])
  })
})

describe('readInputs, of JSON lines', () => {
  const one = async (line: unknown): Promise<InputItem | undefined> =>
    (
      await read({
        format: 'jsonl',
        files: ['-'],
        stdin: Readable.from([Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))]),
      })
    )[0]

  it('reads every field', async () => {
    const request = {
      id: 'a',
      method: 'PATCH',
      url: 'http://x/',
      query: { q: 'x', n: [1, true, null] },
      headers: { 'X-A': 'b' },
      json: { a: 1 },
      weight: 0.5,
      priority: -1,
      partition: 'p',
      timeout: '30s',
      meta: { row: 7 },
    }
    expect(await one(request)).toEqual({ ok: true, request, where: { source: 'stdin', line: 1 } })
    expect(await one({ url: ':80/', id: 7, body: '' })).toMatchObject({
      request: { url: 'http://localhost:80/', id: 7, body: '' },
    })
  })

  it('reads a JSON string as a URL', async () => {
    expect(await one('"localhost/x"')).toMatchObject({ request: { url: 'http://localhost/x' } })
  })

  it.each([
    [{ url: 'http://x', metod: 'GET' }, 'there is no field "metod"; did you mean "method"?'],
    [{ url: 'http://x', zzzzzz: 1 }, 'there is no field "zzzzzz"; the fields are id, method, url'],
    [{ id: 'a' }, 'the "url" is missing'],
    [{ url: 7 }, '"url": expected text, got a number'],
    [{ url: '' }, '"url": expected text, got empty text'],
    [{ url: 'http://x', method: 'G T' }, '"method": expected a method such as GET or POST, got a string'],
    [{ url: 'http://x', id: {} }, '"id": expected text or a number, got an object'],
    [{ url: 'http://x', query: [] }, '"query": expected an object, got a list'],
    [{ url: 'http://x', query: { a: {} } }, '"query": "a" must be text, a number'],
    [{ url: 'http://x', headers: { 'a b': 'x' } }, '"headers": "a b" is not a header name'],
    [
      { url: 'http://x', headers: { a: 's3cr3t\r\nX: y' } },
      '"headers": "a" contains a character that headers do not allow',
    ],
    [{ url: 'http://x', headers: { a: 1 } }, '"headers": "a" must be text'],
    [
      { url: 'http://x', headers: { 'Content-Length': '3' } },
      '"headers": "Content-Length" cannot be set: the transport writes it',
    ],
    [{ url: 'http://x', body: {} }, '"body": expected text; an object belongs in "json", got an object'],
    [{ url: 'http://x', body: 'a', json: null }, 'either "body" or "json", not both'],
    [{ url: 'http://x', weight: 0 }, '"weight": expected a number above 0'],
    [{ url: 'http://x', priority: '1' }, '"priority": expected a number, got a string'],
    [{ url: 'http://x', partition: null }, '"partition": expected text, got null'],
    [{ url: 'http://x', timeout: '30 parsecs' }, '"timeout": expected milliseconds, or a duration'],
    [{ url: 'http://x', timeout: -1 }, '"timeout": expected milliseconds, or a duration'],
    [{ url: 'file:///etc/passwd' }, 'has the scheme file'],
    [[1], 'expected a JSON object with a "url", or a JSON string'],
    ['{"url":"http://x", s3cr3t}', 'not valid JSON: expected double-quoted property name at column 20'],
    ['{"url":"http://x?key=s3cr3t"', 'not valid JSON'],
    ['s3cr3t', 'not valid JSON'],
  ])('refuses %j', async (line, message) => {
    const item = await one(line)
    expect(item?.ok).toBe(false)
    const shown = item?.ok === false ? item.error.message : ''
    expect(shown).toContain(`stdin:1: `)
    expect(shown).toContain(message)
    expect(shown).not.toContain('s3cr3t')
  })

  it('names a wrong line by its id, its URL or its place', async () => {
    const ids = [{ id: 5, url: 1 }, { url: 'ftp://u:s3cr3t@x' }, {}].map(async (line) => {
      const item = await one(line)
      return item?.ok === false && item.id
    })
    expect(await Promise.all(ids)).toEqual(['5', 'ftp://***@x', 'stdin:1'])
  })

  it('continues after a wrong line', async () => {
    const path = file('r.jsonl', '{"url":"http://x/1"}\n\n{oops\n{"url":"http://x/2"}')
    const items = await read({ files: [path] })
    expect(items.map((item) => `${item.ok} ${item.where.line}`)).toEqual(['true 1', 'false 3', 'true 4'])
  })
})

describe('readInputs, of numbers and depths', () => {
  it('keeps the digits of an id, of a query, of a body and of meta data', async () => {
    const line =
      '{"id":12345678901234567890,"url":"http://x/","query":{"q":9007199254740993,"l":[1.10,"a"]},' +
      '"json":{"n":9007199254740993,"p":1.10},"meta":{"m":1e400},"weight":1.0,"priority":1E1}'
    const path = file('n.jsonl', line)
    const [item] = await read({ files: [path] })
    expect(item?.ok === true && JSON.stringify(item.request)).toBe(
      '{"id":"12345678901234567890","url":"http://x/","query":{"q":"9007199254740993","l":["1.10","a"]},' +
        '"json":{"n":9007199254740993,"p":1.10},"meta":{"m":1e400},"weight":1,"priority":10}',
    )
  })

  it('makes a failure of its own of a line that is nested too deep, which never stops the reading', async () => {
    const deep = '['.repeat(5_000) + ']'.repeat(5_000)
    const path = file('d.jsonl', `{"url":"http://x/1"}\n{"url":"http://x/2","meta":${deep}}\n{"url":"http://x/3"}`)
    const items = await read({ files: [path] })
    expect(items.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(items[1]).toMatchObject({
      failsAlone: true,
      error: { message: `${path}:2: the JSON is nested more than 1000 levels deep` },
    })
  })
})

describe('readInputs, of CSV', () => {
  const urlTemplate = 'https://api.example.com/p/{id}{?name}'

  it('fills the template, and takes the id column for the id', async () => {
    const path = file('p.csv', 'id,name\r\n1,"Fish & ""chips"""\r\n2,\r\n')
    expect(await requests({ files: [path], urlTemplate })).toEqual([
      { id: '1', url: 'https://api.example.com/p/1?name=Fish%20%26%20%22chips%22' },
      { id: '2', url: 'https://api.example.com/p/2?name=' },
    ])
  })

  it('fills bodies from a JSON template, and says which value does not fit', async () => {
    const path = file('p.csv', 'sku,price\nA,1.5\nB,cheap\n')
    const plan = {
      files: [path],
      urlTemplate: ':80/{sku}',
      jsonTemplate: '{"price":"{price|number}"}',
      idColumn: 'sku',
    }
    expect(await requests(plan)).toEqual([
      { id: 'A', url: 'http://localhost:80/A', json: { price: 1.5 } },
      `${path}:3: "price": not a number; write 1234.5`,
    ])
  })

  it('counts the lines of quoted fields', async () => {
    const path = file('p.csv', 'id,name\n1,"two\nlines"\n\n,x\n3,a,b\n4,"x"y\n5,ok\n')
    const items = await read({ files: [path], urlTemplate })
    expect(items.map((item) => [item.where.line, item.ok || item.error.message.replace(`${path}:`, '')])).toEqual([
      [2, true],
      [5, '5: "id" is empty, and it is part of the path'],
      [6, '6: 3 values for 2 columns; quote values that contain the delimiter'],
      [7, expect.stringContaining('7: there is text after the closing quote')],
      [8, true],
    ])
  })

  it('names the line of what a missing or stray quote breaks, and continues reading', async () => {
    const path = file('p.csv', 'id,name\r\n1,a"b\r\n\r\n2,"ok\r\n"\r\n3,"open\r\n4,x\r\n')
    const items = await read({ files: [path], urlTemplate })
    expect(items.map((item) => item.ok || item.error.message)).toEqual([
      `${path}:2: there is a quote inside an unquoted field, field 2 of the row, on line 2; quote the whole field and double that quote`,
      true,
      `${path}:6: a quoted field that begins in this row is never closed; close it, or double a quote`,
    ])
  })

  it.each(['id', 'id,name', 'id,name\r\n', '\ufeffid,name\n\n\n', '"id","na\nme"\n', '\n\n', ''])(
    'finds nothing to do in %j',
    async (text) => {
      expect(await read({ files: [file('p.csv', text)], urlTemplate: ':1/{id}' })).toEqual([])
    },
  )

  it('refuses a header with a wrong quote, and names its line', async () => {
    for (const text of ['\nid,"name\n1,a\n', '\nid,na"me\n1,a\n']) {
      const path = file('p.csv', text)
      await expect(read({ files: [path], urlTemplate })).rejects.toThrow(`${path}:2: `)
    }
  })

  it('gives a row while the source is silent, and closes it when the consumer stops', async () => {
    const stdin = new PassThrough()
    stdin.write('id\n1\n"2\n')
    const reading = readInputs({ files: ['-'], urlTemplate: ':1/{id}', stdin })
    expect((await reading.next()).value).toMatchObject({ ok: true, request: { id: '1' } })
    const next = reading.next()
    stdin.write('"\n')
    expect((await next).value).toMatchObject({ ok: true, where: { line: 3 } })
    await reading.return?.()
    expect(stdin.destroyed).toBe(true)
  })

  it('uses a url column without a template', async () => {
    expect(await requests({ files: [file('p.csv', 'url;id\nexample.com/a b;7\n')] })).toEqual([
      { url: 'https://example.com/a%20b', id: '7' },
    ])
  })

  it('names the column that is missing, and its line', async () => {
    const path = file('p.csv', '\nid,nmae\n1,a\n')
    await expect(read({ files: [path], urlTemplate })).rejects.toThrow(
      `${path}:2: the URL template names "name", but there is no such column; did you mean "nmae"?`,
    )
    await expect(read({ files: [path] })).rejects.toThrow('say how a row becomes a URL')
    await expect(read({ files: [path], urlTemplate: ':1/{id}', idColumn: 'zzzz' })).rejects.toThrow(
      '; the columns are id, nmae',
    )
    const twice = { files: [file('p.csv', 'id,name,name\n')], urlTemplate }
    await expect(read(twice)).rejects.toThrow(':1: two columns are called "name", and the URL template uses it')
  })

  it('does not let a value change the host', async () => {
    const path = file('p.csv', 'p\n/ok\n.evil.example/x\n@evil.example\n')
    const results = await urls({ files: [path], urlTemplate: 'https://api.example.com{+p}' })
    expect(results[0]).toBe('https://api.example.com/ok')
    expect(results[1]).toContain(
      `${path}:3: a value would change the host; the template is for https://api.example.com only`,
    )
    expect(results[2]).toContain(`${path}:4: a value would change the host`)
  })

  it('reads CSV from stdin when there is a template', async () => {
    expect(await urls({ files: ['-'], urlTemplate: ':1/{a}', stdin: Readable.from([Buffer.from('a\n1\n')]) })).toEqual([
      'http://localhost:1/1',
    ])
  })
})

describe('readInputs, of tables as programs write them', () => {
  const ids = async (name: string, text: string | Uint8Array, plan: InputPlan = {}): Promise<unknown[]> =>
    await urls({ files: [file(name, text)], urlTemplate: ':1/{id}', ...plan })

  it.each([
    ['carriage returns', 'a.csv', 'id,name\r1,"x\ry"\r2,z\r'],
    ['CR CR LF', 'a.csv', 'id,name\r\r\n1,x\r\r\n2,y\r\r\n'],
    ['pipes', 'a.csv', 'id|name\n1|x\n2|y\n'],
    ['tabs and commas in names', 'a.dat', 'id\tname, first\n1\tx\n2\ty\n'],
    ['a line sep=;', 'a.csv', '\ufeffsep=;\r\nid;a,b,c\r\n1;x\r\n2;y\r\n'],
    ['columns without names at the end', 'a.csv', 'id,name,,\n1,x,,\n2,y,,,,\n'],
    ['two columns of one name', 'a.csv', 'name,id,name\nx,1,y\nx,2,y\n'],
    ['one column under .tsv', 'a.tsv', 'id\n1\n2\n'],
    ['a header under .txt', 'a.txt', 'id\n1\n2\n'],
    ['no header under .txt', 'a.txt', '# ids\n\n1\n2\n'],
    ['numbers alone', 'a', '1\n2\n'],
    ['JSON', 'a.jsonl', '{"id":1}\n{"id":"2","url":"http://x"}\n'],
    ['a JSON list', 'a.json', '[\n  {"id": 1},\n  {"id": 2}\n]'],
    ['a JSON list of values', 'a.json', '[1,"2"]'],
  ])('reads %s', async (_, name, text) => {
    expect(await ids(name, text)).toEqual(['http://localhost:1/1', 'http://localhost:1/2'])
  })

  it('takes the delimiter that is given', async () => {
    expect(await ids('a.csv', 'id:x,y,z\n7:1,2,3\n', { delimiter: ':' })).toEqual(['http://localhost:1/7'])
    const list = { files: [file('a.txt', 'http://x\n')], delimiter: ';' }
    await expect(read(list)).rejects.toThrow('--delimiter has no effect on ')
  })

  it('reads items that end with NUL, and tells of a NUL elsewhere', async () => {
    const path = file('a.txt', 'http://x/1\0http://x/2\0')
    expect(await urls({ files: [path], byNul: true })).toEqual(['http://x/1', 'http://x/2'])
    const letters = { files: [file('a.txt', 'a\0b\0')], urlTemplate: ':1/{x}', byNul: true }
    expect(await urls(letters)).toEqual(['http://localhost:1/a', 'http://localhost:1/b'])
    expect(await urls({ files: [path] })).toEqual([
      expect.stringContaining('--null reads a list whose items end with NUL'),
    ])
    await expect(read({ files: [file('a.csv', 'url\0x\0')], byNul: true })).rejects.toThrow('--null has no effect on ')
  })

  it('hints at a list where a table was expected', async () => {
    await expect(ids('a', 'p-1\np-2\n')).rejects.toThrow(
      ':1: the URL template names "id", but there is no such column; the columns are p-1; for values without a header row, add --input-format lines',
    )
    expect(await ids('a', 'p-1\np-2\n', { format: 'lines' })).toEqual([
      'http://localhost:1/p-1',
      'http://localhost:1/p-2',
    ])
  })

  it('refuses what a value of a list cannot be', async () => {
    const list = file('a.txt', '1\n')
    await expect(read({ files: [list], urlTemplate: ':1/{a}/{b}' })).rejects.toThrow(
      'each line is a single value, but {a}, {b} are several',
    )
    await expect(read({ files: [list], urlTemplate: ':1/{a}', idColumn: 'a' })).rejects.toThrow(
      '--id-column has no effect',
    )
    const whole = file('b.txt', 'http://x/1\n')
    expect(await urls({ files: [whole], urlTemplate: ':1/{a}' })).toEqual([
      expect.stringContaining(':1: this value is itself a URL'),
    ])
    expect(await urls({ files: [whole], urlTemplate: ':1/{?a}' })).toEqual(['http://localhost:1/?a=http%3A%2F%2Fx%2F1'])
  })

  it.each([{ jsonTemplate: '{}' }, { idColumn: 'x' }, { templates: { method: '{m}' } }])(
    'refuses %j for URLs, in a file and as arguments',
    async (plan) => {
      await expect(read({ files: [file('a.txt', 'http://x\n')], ...plan })).rejects.toThrow('has no effect on ')
      await expect(read({ urls: ['http://x'], ...plan })).rejects.toThrow('URLs as arguments have no columns or fields')
    },
  )
})

describe('readInputs, of templates', () => {
  const templates = {
    method: '{verb}',
    headers: [['X-Name', 'n {name}']] as const,
    data: { text: 'a={name}&b=2', contentType: 'application/x-www-form-urlencoded' },
  }
  const row = { id: '1', verb: 'PUT', name: 'A & B' }

  it('fills method, headers and body from a table, from JSON and from a request line', async () => {
    const filled = { method: 'PUT', headers: { 'x-name': 'n A & B' }, body: 'a=A+%26+B&b=2' }
    const csv = file('a.csv', 'id,verb,name\n1,PUT,A & B\n')
    const json = file('a.jsonl', JSON.stringify({ data: row, id: 'x' }))
    const nested = {
      ...templates,
      method: '{data.verb}',
      headers: [['X-Name', 'n {data.name}']] as const,
      data: { ...templates.data, text: 'a={data.name}&b=2' },
    }
    const url = 'http://localhost:1/1'
    expect(await requests({ files: [csv], urlTemplate: ':1/{id}', templates })).toEqual([{ id: '1', url, ...filled }])
    expect(await requests({ files: [json], urlTemplate: ':1/{data.id}', templates: nested })).toEqual([
      { id: 'x', url, ...filled },
    ])
    const line = file('b.jsonl', JSON.stringify({ url: 'http://x/', meta: { verb: 'PUT', name: 'A & B' } }))
    const meta = JSON.parse(JSON.stringify(nested).replaceAll('data.', 'meta.')) as typeof templates
    expect(await requests({ files: [line], templates: meta })).toEqual([
      { url: 'http://x/', meta: { verb: 'PUT', name: 'A & B' }, ...filled },
    ])
  })

  it('leaves what a request line has itself', async () => {
    const own = { url: 'http://x/', method: 'PATCH', headers: { 'X-NAME': 'own' }, json: 1 }
    expect(await requests({ files: [file('a.jsonl', JSON.stringify(own))], templates })).toEqual([own])
  })

  it.each([
    ['a table', 'a.csv', 'id,verb\n1,PUT\n', '-H X-Name names "name", but there is no such column'],
    ['JSON lines', 'a.jsonl', '{"id":1,"verb":"PUT"}', '"name": there is no such field in this line'],
  ])('refuses a name that %s does not have, and sends no braces', async (_, name, text, message) => {
    const plan = { files: [file(name, text)], urlTemplate: ':1/{id}', templates }
    const result = await urls(plan).catch((error: unknown) => [(error as Error).message])
    expect(result).toEqual([expect.stringContaining(`:1: ${message}`)])
  })

  it('lets no value of a row add a header or another method', async () => {
    const csv = file('a.csv', 'id,verb,name\n1,PUT,"a\r\nx: y"\n2,G T,b\n3,PUT,c\n')
    expect(await urls({ files: [csv], urlTemplate: ':1/{id}', templates })).toEqual([
      expect.stringContaining(':2: -H X-Name: the value contains a character that headers do not allow'),
      expect.stringContaining(':4: -X: the value is not a method'),
      'http://localhost:1/3',
    ])
  })

  it('escapes values in a body of -d as its kind needs it', async () => {
    const csv = file('a.csv', 'id,name\n1,"a""b&c"\n')
    const body = async (text: string, contentType = templates.data.contentType): Promise<unknown> =>
      (await requests({ files: [csv], urlTemplate: ':1/{id}', templates: { data: { text, contentType } } })).map(
        (request) => (request as { body?: unknown }).body,
      )
    expect(await body('n={name}')).toEqual(['n=a%22b%26c'])
    expect(await body('{"n":"{name}","o":{"p":{}}}')).toEqual(['{"n":"a\\"b&c","o":{"p":{}}}'])
    expect(await body('<n>{name}</n>', 'text/xml')).toEqual(['<n>a"b&c</n>'])
    expect(await body('{name}')).toEqual(['a"b&c'])
    expect(await body('{{name}} { name } {"x"} {}{id}')).toEqual(['{name} { name } {"x"} {}1'])
    await expect(body('{"n":{id}}')).rejects.toThrow('-d: with values in it this is not JSON; use --json')
  })

  it('takes braces as they are where there are no rows', async () => {
    const json = '{"query":"{ a { b } }"}'
    expect(await urls({ urls: ['http://x'], templates: { json, data: templates.data } })).toEqual(['http://x'])
    expect(await urls({ files: [file('a.txt', 'http://x')], templates: { json } })).toEqual(['http://x'])
    const csv = file('a.csv', 'url\nhttp://x\n')
    await expect(read({ files: [csv], templates: { json } })).rejects.toThrow(
      '--json: a single brace is not a placeholder',
    )
    expect(await requests({ files: [csv], templates: { json: '{"u":"{url}","q":"{{a}}"}' } })).toEqual([
      { url: 'http://x', json: { u: 'http://x', q: '{a}' } },
    ])
  })

  it('makes a failure, and no end, of the results of another run that have no value', async () => {
    const results = file(
      'r.jsonl',
      '{"index":0,"id":"a","ok":true,"data":{"id":9007199254740993}}\n{"index":1,"id":"b","ok":false,"error":{"code":"X"}}\n',
    )
    const items = await read({ files: [results], urlTemplate: ':1/{data.id}' })
    expect(items[0]).toMatchObject({ request: { id: 'a', url: 'http://localhost:1/9007199254740993' } })
    expect(items[1]).toMatchObject({ ok: false, id: 'b', failsAlone: true })
    expect(await urls({ files: [file('s.jsonl', '{"data.url":"http://x/1"}')] })).toEqual(['http://x/1'])
  })
})

describe('readInputs, of a JSON list', () => {
  it('reads values over several lines, in a list or one after another, and names their lines', async () => {
    for (const text of [
      '[\n{\n"url":"http://x/[1]"},\n\n "http://x/2"\n]\n',
      '{\n\n"url":\n"http://x/[1]"}\n"http://x/2"',
    ]) {
      const items = await read({ files: [file('a.json', text)] })
      expect(items.map((item) => item.ok && item.request.url)).toEqual(['http://x/[1]', 'http://x/2'])
      expect(items.map((item) => item.where.line)).toEqual(text.startsWith('[') ? [2, 5] : [1, 5])
    }
  })

  it.each([
    ['[{"url":"http://x/1"}', ':1: the list is never closed with ]; the file may be cut short'],
    ['[\n{"url":"http://x/1"', ':2: the JSON value that begins here never ends; the file may be cut short'],
    ['["http://x/1"\n"http://x/2"]', ':2: a comma is missing in the list'],
    ['["http://x/1"]\n{}', ':2: there is something after the end of the list'],
    [']', ':1: there is a ] where a JSON value is expected'],
  ])('says of %j from which line on it cannot be read', async (text, message) => {
    await expect(read({ files: [file('a.json', text)] })).rejects.toThrow(message)
  })

  it('reports a wrong value in its place, and continues', async () => {
    const path = file('a.json', '["http://x/1",\n{oops},\n{"url":"ftp://x"},"http://x/2", []]')
    expect(await urls({ files: [path] })).toEqual([
      'http://x/1',
      expect.stringContaining(`${path}:2: not valid JSON`),
      expect.stringContaining(`${path}:3: "ftp://x" has the scheme ftp`),
      'http://x/2',
      expect.stringContaining('expected a JSON object'),
    ])
    const printed = await urls({ files: [file('a.jsonl', '{\n"url":"http://x"\n}')] })
    expect(printed[0]).toContain('--input-format json reads values over several lines')
  })

  it('continues reading from any place that it has named, also within one line', async () => {
    const path = file(
      'a.json',
      `\ufeff[${Array.from({ length: 20_000 }, (_, index) => `{"url":"http://x/${index}"}`).join(', ')}]`,
    )
    const places: InputPlace[] = []
    const all = await urls({ files: [path], onPlace: (place) => places.push(place) })
    expect(all).toHaveLength(20_000)
    const [place] = places
    const rest = await urls({ files: [path], from: place })
    expect(rest.length).toBeLessThan(20_000)
    expect(rest).toEqual(all.slice(-rest.length))
  })
})

describe('readInputs, of any source', () => {
  it('finds the format by the ending, or by the first line', async () => {
    const line = '\n{"url":"http://x/1"}\n'
    expect(
      await urls({ files: [file('a.ndjson', line), file('a.dat', line), file('a.dat', '\n\nhttp://x/2\n')] }),
    ).toEqual(['http://x/1', 'http://x/1', 'http://x/2'])
    const list = '[{"url":"http://x/1"},\n"http://x/2"]'
    for (const name of ['a.json', 'a.jsonl', 'a.dat']) {
      expect(await urls({ files: [file(name, list)] })).toEqual(['http://x/1', 'http://x/2'])
    }
  })

  it('unzips by the first bytes, from a file or stdin, also several members in a row', async () => {
    const zipped = Buffer.concat([gzipSync('http://x/1\nhttp'), gzipSync('://x/2\n')])
    expect(await urls({ files: [file('a.txt.gz', zipped), file('b', zipped)] })).toHaveLength(4)
    const byByte = Readable.from([...zipped].map((byte) => Buffer.from([byte])))
    expect(await urls({ files: ['-'], stdin: byByte })).toEqual(['http://x/1', 'http://x/2'])
    expect(await requests({ files: [file('c.csv.gz', gzipSync('id\n1\n'))], urlTemplate: ':1/{id}' })).toHaveLength(1)
  })

  it.each([
    [
      'cut gzip',
      () => file('a.gz', gzipSync('http://x/1\n'.repeat(1_000)).subarray(0, 40)),
      'the gzip data is damaged or cut short',
    ],
    [
      'damaged gzip',
      () => file('a.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])),
      'the gzip data is damaged',
    ],
    ['UTF-16', () => file('a.txt', Buffer.from('\ufeffhttp://x', 'utf16le')), 'this is UTF-16; save it as UTF-8'],
    [
      'UTF-16 without a mark',
      () => file('a.csv', Buffer.from('id\n1\n', 'utf16le')),
      'this is UTF-16; save it as UTF-8',
    ],
    ['a zip archive', () => file('a.csv', Buffer.from('PK\u0003\u0004 ...')), 'this is a zip archive or a spreadsheet'],
    ['a folder', () => folder, 'this is a folder'],
    ['a missing file', () => join(folder, 'gone.txt'), 'there is no such file'],
  ])('refuses %s with its path', async (_name, make, message) => {
    const path = make()
    await expect(read({ files: [path] })).rejects.toThrow(new RegExp(`^${path.replaceAll('.', '\\.')}: ${message}`))
    await expect(read({ files: [path] })).rejects.toMatchObject({ name: 'SettingsError', code: 'SLUICE_BAD_INPUT' })
  })

  it('fails at the end of a file that became shorter while it was read, without an item of its cut line', async () => {
    const line = `http://x/${'1'.repeat(91)}\n`
    const path = file('a.txt', line.repeat(10_000))
    const seen = new Set<unknown>()
    const reading = async (): Promise<void> => {
      for await (const item of readInputs({ files: [path] })) {
        if (seen.size === 0) truncateSync(path, 300_050)
        seen.add(item.ok ? item.request.url : item.error.message)
      }
    }
    await expect(reading()).rejects.toThrow(
      `${path}: the file became shorter while it was read: it ended after 300050 of 1010000 bytes; run again with the whole file`,
    )
    expect([...seen]).toEqual([line.trim()])
  })

  it('looks at every file before it reads the first', async () => {
    await expect(readInputs({ urls: ['http://x'], files: [join(folder, 'gone')] }).next()).rejects.toThrow(
      'there is no such file',
    )
  })

  it('reports lines that are not UTF-8 or too long, and continues', async () => {
    const path = file(
      'a.txt',
      Buffer.concat([
        Buffer.from('http://x/1\n\xff\n', 'latin1'),
        Buffer.alloc(17 * 1024 * 1024, 'x'),
        Buffer.from('\nhttp://x/2\n'),
      ]),
    )
    expect(await urls({ files: [path] })).toEqual([
      'http://x/1',
      `${path}:2: not valid UTF-8; save the file as UTF-8`,
      `${path}:3: longer than 16 MiB; a request must fit in one line of that size`,
      'http://x/2',
    ])
  })

  it('closes the source when the consumer stops early', async () => {
    for (const zip of [false, true]) {
      const stdin = new PassThrough()
      stdin.write(zip ? gzipSync('http://x/1\nhttp://x/2\n') : 'http://x/1\nhttp://x/2\n')
      if (zip) stdin.write(gzipSync('http://x/3\n'))
      for await (const item of readInputs({ files: ['-'], stdin })) {
        expect(item.ok).toBe(true)
        break
      }
      expect(stdin.destroyed).toBe(true)
    }
  })

  it('ends at once when it is cancelled, although the source is silent', async () => {
    const stop = new AbortController()
    const stdin = new PassThrough()
    stdin.write('http://x/1\n')
    const reading = readInputs({ files: ['-'], stdin, signal: stop.signal })
    expect((await reading.next()).done).toBe(false)
    const next = reading.next()
    stop.abort()
    expect((await next).done).toBe(true)
    expect(stdin.destroyed).toBe(true)
  })

  it('reads no further ahead than a chunk', async () => {
    let made = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          made += 1
          yield Buffer.from('http://x/1\n'.repeat(100))
        }
      })(),
      { highWaterMark: 1 },
    )
    let taken = 0
    for await (const _ of readInputs({ files: ['-'], stdin: endless })) {
      taken += 1
      if (taken === 10_000) break
    }
    expect(made).toBeLessThan(110)
  })
})
