import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { finished, sluice, startSluice, temporaryFolder, untilRequests } from './run-sluice.ts'

let server: RunningSimulator
let api: string

beforeAll(async () => {
  server = await serveSimulator({ scenario: { latency: 0 } })
  api = server.url
})
afterAll(() => server.close())
beforeEach(() => server.simulator.reset())

describe('sluice fetch', () => {
  it('prints one line of JSON for each request, and the summary elsewhere', async () => {
    const { code, records, stderr } = await sluice(['fetch', `${api}/products/[1-20]`, '-c', '5'])

    expect(code).toBe(0)
    expect(records.map(({ index }) => index).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    )
    expect(records[0]).toMatchObject({
      id: expect.any(String),
      method: 'GET',
      ok: true,
      status: 200,
      attempts: 1,
      ms: expect.any(Number),
    })
    expect(records[0]).toMatchObject({
      data: { currency: 'EUR' },
      headers: { 'content-type': 'application/json; charset=utf-8' },
    })
    const times = ['queued', 'backoff', 'connect', 'firstByte', 'body', 'attempt', 'startedAt']
    expect(Object.keys(records[0]!.timing as object)).toEqual(times)
    expect(records[0]!.protocol).toBe('http/1.1')
    expect(stderr).toContain('20 done in')
    expect(server.stats().largestAtOnce).toBeLessThanOrEqual(5)
  })

  it('keeps to the order of the input when asked to', async () => {
    const { records } = await sluice([
      'fetch',
      '--ordered',
      '-c',
      '3',
      `${api}/delay/80`,
      `${api}/delay/40`,
      `${api}/delay/0`,
    ])

    expect(records.map(({ url }) => String(url).split('/').at(-1))).toEqual(['80', '40', '0'])
  })

  it('reads URLs, JSON lines and CSV from pipes and files, and returns ids and meta', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'people.csv'), 'id,name\n7,Ada\n8,"Grace, H."\n')

    const lines = await sluice(['fetch'], { stdin: `# two of them\n${api}/products/1\n\n${api}/products/2\n` })
    const jsonl = await sluice(['fetch', '-i', '-', '--base-url', api], {
      stdin: '{"id":"a","url":"/echo","method":"put","json":{"n":1},"headers":{"x-a":"b"},"meta":{"row":1}}\n',
    })
    const csv = await sluice(['fetch', '-i', join(folder, 'people.csv'), '--url', `${api}/echo{?name}`, '--ordered'])

    expect(lines.records).toHaveLength(2)
    expect(jsonl.records[0]).toMatchObject({
      id: 'a',
      method: 'PUT',
      meta: { row: 1 },
      data: { method: 'PUT', body: '{"n":1}', headers: { 'x-a': 'b', 'content-type': 'application/json' } },
    })
    expect(csv.records.map(({ id, data }) => [id, (data as { query: unknown }).query])).toEqual([
      ['7', { name: 'Ada' }],
      ['8', { name: 'Grace, H.' }],
    ])
  })

  it('stops at a bad line with its place, after what came before it, and sends nothing for it', async () => {
    const { code, records, stderr } = await sluice(['fetch', '-i', '-'], {
      stdin: `${api}/products/1\nnot a url\n${api}/products/2\n`,
    })

    expect(code).toBe(2)
    expect(records).toHaveLength(1)
    expect(stderr).toContain('stdin:2')
    expect(server.stats().requests).toBe(1)
  })

  it('makes failed results of bad lines when asked to, in their places', async () => {
    const { code, records } = await sluice(['fetch', '--skip-bad-input', '--ordered'], {
      stdin: `${api}/products/1\nnot a url\n${api}/products/2\n`,
    })

    expect(code).toBe(3)
    expect(records.map(({ index, ok }) => [index, ok])).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ])
    expect(records[1]).toMatchObject({
      error: { code: 'SLUICE_BAD_INPUT', message: expect.stringContaining('stdin:2') },
    })
  })

  it('sends nothing for a bad line, though with a base URL any text would lead somewhere', async () => {
    const { code, records } = await sluice(['fetch', '--skip-bad-input', '--ordered', '--base-url', `${api}/echo`], {
      stdin: `${api}/products/1\nftp://files.test/1\n`,
    })

    expect(code).toBe(3)
    expect(records[1]).toMatchObject({ ok: false, error: { code: 'SLUICE_BAD_INPUT' } })
    expect(server.stats().requests).toBe(1)
  })

  it('puts what was chosen beside the columns of a CSV file, directly and from a store', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'in.csv'), 'sku,name,,token\n01,"a,b",,s1\n2,=x,,s2\n')
    const args = ['fetch', '-i', 'in.csv', '--url', `${api}/products/{sku}`, '--ordered', '--keep-columns']
    const direct = await sluice([...args, '--select', 'id=data.id,name=data.nme', '-o', 'csv:-'], { cwd })
    expect(direct.stdout).toBe('sku,name,,token,id,result_name\n01,"a,b",,s1,1,\n2,=x,,s2,2,\n')
    expect(direct.stderr).toContain('--select: name was found in none of the 2 results')

    await sluice([...args.filter((arg) => arg !== '--ordered'), '--store', 'runs.db', '--name', 'r'], { cwd })
    const exporting = ['export', 'r', '--store', 'runs.db', '--keep-columns']
    const stored = await sluice([...exporting, '--select', 'mail=row.name,data.id', '--output-format', 'csv'], { cwd })
    expect(stored.stdout).toBe('sku,name,,token,mail,data.id\n01,"a,b",,***,"a,b",1\n2,=x,,***,=x,2\n')
  })

  it('stores bodies as files, and does not fetch again what is there', async () => {
    const folder = temporaryFolder()
    const args = [
      'fetch',
      `${api}/products/[1-3]`,
      '--out-dir',
      'bodies',
      '--file-name',
      '{index}.{ext}',
      '--skip-existing',
    ]

    const first = await sluice(args, { cwd: folder })
    const second = await sluice(args, { cwd: folder })

    expect(readdirSync(join(folder, 'bodies')).sort()).toEqual(['0.json', '1.json', '2.json'])
    expect(first.records[0]).toMatchObject({ file: expect.stringContaining('bodies/') })
    expect(second.records).toHaveLength(0)
    expect(second.stderr).toContain('3 skipped')
    expect(server.stats().requests).toBe(3)
  })

  it('writes a HAR file that has every exchange, without credentials', async () => {
    const folder = temporaryFolder()
    await sluice(['fetch', `${api}/products/1?api_key=hush-hush`, '--auth', 'bearer:env:T', '--har', 'run.har'], {
      cwd: folder,
      env: { T: 'top-secret-token' },
    })

    const text = readFileSync(join(folder, 'run.har'), 'utf8')
    const har = JSON.parse(text) as { log: { entries: { response: { status: number } }[] } }
    expect(har.log.entries.map(({ response }) => response.status)).toEqual([200])
    expect(text).not.toMatch(/hush-hush|top-secret-token/)
  })

  it('shows what it would do, and sends nothing', async () => {
    const { code, stdout } = await sluice([
      'fetch',
      '-n',
      `${api}/products/[1-1000]`,
      '--rate',
      '10/s',
      '-H',
      'Authorization: secret-value',
    ])

    expect(code).toBe(0)
    expect(stdout).toContain('1000 requests to 1 host; nothing was sent')
    expect(stdout).toContain('and 995 more')
    expect(stdout).toContain('time: at least 1 m 40 s')
    expect(stdout).not.toContain('secret-value')
    expect(server.stats().requests).toBe(0)
  })

  it('writes the summary as JSON', async () => {
    const { stderr } = await sluice(['fetch', `${api}/products/[1-3]`, `${api}/status/404`, '--summary', '-', '-q'])

    expect(JSON.parse(stderr)).toMatchObject({
      schema: 1,
      exitCode: 3,
      done: 4,
      succeeded: 3,
      failed: 1,
      statuses: { 200: 3, 404: 1 },
      requestsPerItem: 1,
      errors: [{ code: 'SLUICE_CLIENT_ERROR', message: '404 Not Found', count: 1, example: `${api}/status/404` }],
    })
  })

  it('finds the concurrency automatically when asked to, and says what it found', async () => {
    const busy = await serveSimulator({ scenario: { latency: '20ms', capacity: 8 } })
    const { code, stderr } = await sluice(['fetch', `${busy.url}/products/[1-800]`, '-c', 'auto', '--no-body', '-v'])
    const { largestAtOnce } = busy.stats()
    await busy.close()

    expect(code).toBe(0)
    expect(stderr).toMatch(/concurrency from 4 to 8 \(slow start\)/)
    expect(stderr).toMatch(/limited by concurrency: \d+ in flight, found automatically/)
    expect(largestAtOnce).toBeGreaterThanOrEqual(8)
  })

  it('gives a host a rest that fails, and not with --no-breaker', async () => {
    const args = [
      'fetch',
      `${api}/status/503?[1-40]`,
      '-c',
      '1',
      '--attempts',
      '1',
      '--max-time',
      '2s',
      '--summary',
      '-',
      '-q',
    ]
    const resting = await sluice(args)
    const restless = await sluice([...args, '--no-breaker'])

    expect(JSON.parse(resting.stderr)).toMatchObject({
      exitCode: 7,
      failed: 10,
      waitedMs: { breaker: expect.any(Number) },
    })
    expect(JSON.parse(restless.stderr)).toMatchObject({ exitCode: 3, failed: 40 })
  })

  it('sends a key with each POST that stays the same over its attempts', async () => {
    const { code } = await sluice([
      'fetch',
      '-X',
      'POST',
      '--idempotency-key',
      '--backoff',
      '1ms..2ms',
      `${api}/flaky/2/post`,
    ])

    expect(code).toBe(0)
    expect(server.stats()).toMatchObject({ requests: 3, mostRepeated: { times: 3 } })
  })
})

describe('exit codes', () => {
  it.each([
    [0, 'all succeeded', ['/products/1']],
    [3, 'some failed', ['/products/1', '/status/404']],
    [0, 'some failed and that is fine', ['/products/1', '/status/404', '--fail-on', 'none']],
    [0, 'fewer failed than may', ['/products/[1-99]', '/status/404', '--fail-on', '1%']],
    [4, 'every failure was about access', ['/products/1', '/bearer']],
    [5, 'too few succeeded', ['/products/1', '/status/404', '--min-success', '99%']],
    [5, 'too slow', ['/delay/50', '--max-p95', '10ms']],
    [7, 'stopped at the first failure', ['/status/404', '/products/[1-100]', '--fail-fast', '-c', '1']],
    [7, 'out of time', ['/delay/[1-400]', '-c', '1', '--max-time', '200ms']],
  ])('%d: %s', async (expected, _meaning, args) => {
    const { code } = await sluice(['fetch', '--base-url', api, ...args])

    expect(code).toBe(expected)
  })

  it('names the flag that stopped a run', async () => {
    const args = ['fetch', `${api}/status/404`, `${api}/products/[1-100]`, '--max-failures', '1', '-c', '1']
    const { code, stderr } = await sluice(args)

    expect(code).toBe(7)
    expect(stderr).toContain('stopped: 1 failure reached --max-failures')
  })

  it('tries addresses in the order of --dns-result-order', async () => {
    const url = api.replace('127.0.0.1', 'localhost')
    const { code, records } = await sluice(['fetch', `${url}/products/1`, '--dns-result-order', 'ipv4first'])

    expect([code, records.length]).toEqual([0, 1])
  })

  it.each([
    ['nothing could be reached', ['fetch', 'http://127.0.0.1:9/[1-3]', '--attempts', '1'], 6, 'connection refused'],
    ['nothing to fetch', ['fetch'], 0, '0 done'],
  ])('for %s', async (_name, args, expected, message) => {
    const { code, stderr } = await sluice(args)

    expect(stderr).toContain(message)
    expect(code).toBe(expected)
  })
})

describe('secrets', () => {
  it('reach the server and nothing else: no output, log, HAR or summary', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'key.txt'), 'file-secret-1234\n')
    const result = await sluice(
      [
        ...['fetch', `${api}/status/500?access_token=query-secret-1234`, '--attempts', '2', '--backoff', '1ms..2ms'],
        ...['--auth', 'basic:env:USER_PASS', '-H', 'X-Custom: file:key.txt', '-vv'],
        ...['--log', 'run.log', '--har', 'run.har', '--summary', 'summary.json', '-o', 'out.jsonl'],
      ],
      { cwd: folder, env: { USER_PASS: 'ada:password-1234' } },
    )

    const files = readdirSync(folder).filter((name) => name !== 'key.txt')
    const everything = [
      result.stdout,
      result.stderr,
      ...files.map((name) => readFileSync(join(folder, name), 'utf8')),
    ].join('\n')
    expect(files.sort()).toEqual(['out.jsonl', 'run.har', 'run.log', 'summary.json'])
    expect(everything).not.toMatch(/query-secret-1234|password-1234|file-secret-1234|YWRhOnBhc3N3b3JkLTEyMzQ/)
    expect(everything).toContain('***')
    expect(server.simulator.arrivals[0]?.path).toContain('query-secret-1234')
  })

  it('typed on the command line are warned about', async () => {
    const { stderr } = await sluice(['fetch', `${api}/bearer`, '--auth', 'bearer:typed-secret-1234'])

    expect(stderr).toContain('warning: --auth: the secret is on the command line')
    expect(stderr).not.toContain('typed-secret-1234')
  })
})

describe('settings', () => {
  it('come from flags first, then the environment, then the file', async () => {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, 'sluice.config.json'),
      '{"concurrency": 2, "baseUrl": "http://127.0.0.1:9", "select": "status"}',
    )
    writeFileSync(join(folder, 'more.env'), `SLUICE_BASE_URL=${api}\n`)

    const fromFile = await sluice(['fetch', '--env-file', 'more.env', '/delay/[20-29]'], { cwd: folder })
    expect(fromFile.records).toEqual(Array.from({ length: 10 }, () => ({ status: 200 })))
    expect(server.stats().largestAtOnce).toBe(2)

    server.simulator.reset()
    await sluice(['fetch', '--env-file', 'more.env', '/delay/[20-29]'], {
      cwd: folder,
      env: { SLUICE_CONCURRENCY: '3' },
    })
    expect(server.stats().largestAtOnce).toBe(3)

    server.simulator.reset()
    await sluice(['fetch', '--env-file', 'more.env', '-c', '4', '/delay/[20-29]'], {
      cwd: folder,
      env: { SLUICE_CONCURRENCY: '3' },
    })
    expect(server.stats().largestAtOnce).toBe(4)
  })

  it('give --store without a value the store of the environment, an env file or a settings file', async () => {
    const folder = temporaryFolder()
    const fetchInto = async (...args: string[]) =>
      await sluice(['fetch', `${api}/products/1`, ...args, '--store'], { cwd: folder })
    const stores = () => readdirSync(folder).filter((name) => name.endsWith('.db'))

    await sluice(['fetch', `${api}/products/1`, '--store'], {
      cwd: folder,
      env: { SLUICE_STORE: 'sqlite:variable.db' },
    })
    expect(stores()).toEqual(['variable.db'])

    writeFileSync(join(folder, 'more.env'), 'SLUICE_STORE=sqlite:a-file.db\n')
    await fetchInto('--env-file', 'more.env')
    expect(stores()).toEqual(['a-file.db', 'variable.db'])

    writeFileSync(join(folder, 'sluice.config.json'), '{"store":"sqlite:settings.db"}')
    await fetchInto()
    expect(stores()).toEqual(['a-file.db', 'settings.db', 'variable.db'])
    expect(existsSync(join(folder, '.sluice'))).toBe(false)
  })

  it('switch something off in the environment when they say so', async () => {
    const on = await sluice(['fetch', `${api}/products/1`], { env: { SLUICE_NO_BODY: '1' } })
    const off = await sluice(['fetch', `${api}/products/1`], { env: { SLUICE_NO_BODY: 'false' } })

    expect([on.records[0], off.records[0]].map((record) => 'data' in record!)).toEqual([false, true])
  })

  it('that no flag has are refused with a suggestion', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'sluice.config.ts'), 'export default { concurency: 2 }')

    const { code, stderr } = await sluice(['fetch', `${api}/products/1`], { cwd: folder })

    expect(code).toBe(2)
    expect(stderr).toContain('sluice.config.ts: there is no setting concurency; did you mean "concurrency"?')
  })
})

describe('a settings file that is code', () => {
  const code = 'process.stderr.write("it runs\\n")\nexport default { select: "status" }\n'

  it.each(['ts', 'js', 'mjs'])('sluice.config.%s is named on the first line before it runs', async (ending) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, `sluice.config.${ending}`), code)
    const { records, stderr } = await sluice(['fetch', '-q', `${api}/products/1`], { cwd: folder })
    expect(records).toEqual([{ status: 200 }])
    expect(stderr.split('\n').slice(0, 2)).toEqual([`using ./sluice.config.${ending}`, 'it runs'])
  })

  it('is left out by --no-config, and not named if it was given', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'sluice.config.ts'), code)
    const without = await sluice(['fetch', '--no-config', `${api}/products/1`], { cwd: folder })
    expect(without.stderr).not.toMatch(/using|it runs/)
    expect(without.records[0]).toHaveProperty('url')
    const asked = await sluice(['fetch', '--config', 'sluice.config.ts', `${api}/products/1`], { cwd: folder })
    expect(asked.stderr).toMatch(/^it runs/)
  })

  it('is no file of JSON: that one is used silently', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'sluice.config.json'), '{"select": "status"}')
    const { records, stderr } = await sluice(['fetch', '-q', `${api}/products/1`], { cwd: folder })
    expect([records, stderr]).toEqual([[{ status: 200 }], ''])
  })
})

describe('a closed pipe', () => {
  it('ends the command quietly', async () => {
    const child = startSluice(['fetch', `${api}/products/[1-5000]`, '-c', '20'])
    child.stdin.end()
    const ending = finished(child)
    child.stdout.once('data', () => child.stdout.destroy())

    const { code, stderr } = await ending

    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(server.stats().requests).toBeLessThan(5_000)
  })
})

describe('Ctrl-C', () => {
  it('begins nothing more, lets requests in flight finish, and keeps what there is', async () => {
    const folder = temporaryFolder()
    const child = startSluice(['fetch', `${api}/delay/[400-899]`, '-c', '5', '-o', 'out.jsonl'], { cwd: folder })
    child.stdin.end()
    const ending = finished(child)
    await untilRequests(server, 5)

    child.kill('SIGINT')

    const { code, stderr } = await ending
    expect(code).toBe(130)
    expect(stderr).toContain('stopping: 5 in flight may finish')
    expect(stderr).toContain('the results so far are in')
    expect(server.stats()).toMatchObject({ requests: 5, aborted: 0 })
    expect(existsSync(join(folder, 'out.jsonl'))).toBe(false)
    expect(readFileSync(join(folder, 'out.jsonl.part'), 'utf8').trim().split('\n')).toHaveLength(5)
  })

  it('a second time stops at once', async () => {
    const child = startSluice(['fetch', `${api}/fault/hang`, '-c', '5'])
    child.stdin.end()
    const ending = finished(child)
    await untilRequests(server, 1)

    child.kill('SIGINT')
    child.stderr.once('data', () => child.kill('SIGINT'))

    const { code } = await ending
    expect(code).toBe(130)
    expect(server.stats().aborted).toBe(1)
  })

  it('is 143 for SIGTERM', async () => {
    const child = startSluice(['fetch', `${api}/delay/[400-899]`, '-c', '1'])
    child.stdin.end()
    const ending = finished(child)
    await untilRequests(server, 1)

    child.kill('SIGTERM')

    expect((await ending).code).toBe(143)
  })

  it('is 143 when the terminal is closed, which is signalled twice, and requests in flight are awaited', async () => {
    const child = startSluice(['fetch', `${api}/delay/[400-899]`, '-c', '1'])
    child.stdin.end()
    const ending = finished(child)
    await untilRequests(server, 1)

    child.kill('SIGHUP')
    child.stderr.once('data', () => child.kill('SIGHUP'))

    const { code, records } = await ending
    expect(code).toBe(143)
    expect(records).toHaveLength(1)
    expect(server.stats().aborted).toBe(0)
  })
})

describe('what an API sends, whatever it is', () => {
  const deep = '['.repeat(5_000) + ']'.repeat(5_000)
  const exact = '{"id":9007199254740993,"price":1.10,"huge":1e400,"half":"\\ud800"}'
  let odd: Server
  let url: string
  const bodies: string[] = []

  beforeAll(async () => {
    odd = createServer(async (request, response) => {
      bodies.push(await text(request))
      response.setHeader('content-type', 'application/json')
      response.end(request.url === '/deep' ? deep : exact)
    })
    odd.listen(0, '127.0.0.1')
    await once(odd, 'listening')
    url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`
  })
  afterAll(() => void odd.close())

  it('keeps the digits of numbers on their way in and out', async () => {
    bodies.length = 0
    const { stdout } = await sluice(['fetch', url, '--json', '{"n":9007199254740993,"p":1.10}'])
    expect(bodies).toEqual(['{"n":9007199254740993,"p":1.10}'])
    expect(stdout).toContain('"data":{"id":9007199254740993,"price":1.10,"huge":1e400,"half":"\ufffd"}')
  })

  it('makes a failure of one item of JSON nested too deep, and stores it as a file all the same', async () => {
    const plain = await sluice(['fetch', `${url}/1`, `${url}/deep`, `${url}/2`])
    expect(plain.code).toBe(3)
    expect(plain.records.filter(({ ok }) => ok)).toHaveLength(2)
    expect(plain.records.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'SLUICE_TOO_DEEP' } })

    const cwd = temporaryFolder()
    const files = await sluice(['fetch', `${url}/1`, `${url}/deep`, '--out-dir', 'od', '--name', '{index}'], { cwd })
    expect(files.code).toBe(0)
    expect([readFileSync(join(cwd, 'od/0'), 'utf8'), readFileSync(join(cwd, 'od/1'), 'utf8')]).toEqual([exact, deep])
  })

  it('refuses two outputs that are one file, and one that is an input, before anything is sent', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'in.jsonl'), JSON.stringify({ url }))
    bodies.length = 0
    for (const args of [
      ['-o', 'a.jsonl', '--log', './a.jsonl'],
      ['-o', 'in.jsonl', '--append'],
      ['-o', 'a.db', '--store', 'sqlite:a.db'],
    ]) {
      const { code, stderr } = await sluice(['fetch', '-i', 'in.jsonl', ...args], { cwd })
      expect([code, stderr]).toEqual([2, expect.stringMatching(/is also (written|read)/)])
    }
    expect(bodies).toEqual([])
  })

  it.runIf(process.platform === 'linux')('ends with what went wrong where a disk is full', async () => {
    const log = await sluice(['fetch', url, '--log', '/dev/full'])
    expect([log.code, log.records.length, log.stderr]).toEqual([
      1,
      1,
      expect.stringContaining('/dev/full: the disk is full'),
    ])
    const main = join(import.meta.dirname, '../src/main.ts')
    const dry = spawnSync('sh', [
      '-c',
      '"$0" --conditions=@sluice/source "$1" fetch http://x/ -n > /dev/full',
      process.execPath,
      main,
    ])
    expect([dry.status, String(dry.stderr)]).toEqual([1, expect.stringMatching(/^error: stdout: the disk is full/)])
  })

  it.each([[[]], [['--paginate', 'link']], [['--store', 'sqlite:a.db']]])(
    'ends in time though its input stays open and gives nothing more, with %j',
    async (args) => {
      const child = startSluice(['fetch', '-i', '-', '--max-time', '300ms', ...args])
      child.stdin.write(`${url}/1\n`)
      const [code] = await once(child, 'close')
      expect(code).toBe(7)
    },
  )
})
