import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { createClient } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shellWords } from '../src/plan/shell-words.ts'
import { sluice } from './run-sluice.ts'

// Makes the messages appear that a mistake of a user can cause, and keeps the list of them in error-messages.txt, so that a
// change of their words is read as a list. `npm run docs:errors` writes the list again.

const folder = mkdtempSync(join(tmpdir(), 'sluice-errors-'))
let api: RunningSimulator
let taken: Server

const files: Readonly<Record<string, string>> = {
  'urls.txt': 'API/products/1\nAPI/products/2\n',
  'people.csv': 'id,name,age\n1,Ada,36\n2,Bob,\n,Cleo,old\n',
  'twice.csv': 'id,id\n1,2\n',
  'ragged.csv': 'id,name\n1,Ada,extra\n',
  'open.csv': 'id,name\n1,"Ada\n2,Bob\n',
  'empty.csv': '',
  'empty.txt': '',
  'words.txt': 'API/products/1\nnot a url\n',
  'bad.jsonl': '{"url":"API/products/1"}\n{"url":\n',
  'odd.jsonl': '{"url":"API/products/1","methud":"PUT"}\n',
  'both.jsonl': '{"url":"API/products/1","body":"x","json":{}}\n',
  'bad.json': '[{"url":"API/products/1"},]',
  'notes.txt': 'some notes, no database\n',
  'bad.env': 'A=1\nB="open\n',
  'bad-settings.json': '{ "concurency": 20 }',
  'wrong-settings.json': '{ "concurrency": "many" }',
  'broken-settings.json': '{ "concurrency": 20',
  'gateway.json': '{ "upstreams": { "a": { "url": "ftp://a.example" } } }',
  'scenario.json': '{ "latancy": "1s" }',
  'other.pem': 'no certificate\n',
}

/** Commands with a mistake in each, by what the mistake is in. API is the practice API, CLOSED a port where nobody listens. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  'The command': [
    'sluice fecth API/products/1',
    'sluice fetch --conncurrency 5 API/products/1',
    'sluice fetch API/products/1 -c',
    'sluice help retires',
    'sluice retry',
    'sluice completion tcsh',
    'sluice runs shwo nightly',
  ],
  'Values of flags': [
    'sluice fetch API/products/1 -c 0',
    'sluice fetch API/products/1 -c many',
    'sluice fetch API/products/1 --rate 10',
    'sluice fetch API/products/1 --rate 10/fortnight',
    'sluice fetch API/products/1 --rate 0/s',
    'sluice fetch API/products/1 --burst -1',
    'sluice fetch API/products/1 --timeout 30',
    'sluice fetch API/products/1 --timeout soon',
    'sluice fetch API/products/1 --backoff 30s..1s',
    'sluice fetch API/products/1 --backoff 1s',
    'sluice fetch API/products/1 --attempts 0',
    'sluice fetch API/products/1 --retry-on never',
    'sluice fetch API/products/1 --breaker half',
    'sluice fetch API/products/1 --max-body lots',
    'sluice fetch API/products/1 --max-failures some',
    'sluice fetch API/products/1 --fail-on often',
    'sluice fetch API/products/1 --min-success 101%',
    'sluice fetch API/products/1 --progress loud',
    'sluice fetch API/products/1 --rate-scope user',
    'sluice fetch API/products/1 --read-as xml',
    'sluice fetch API/products/1 --dash 99999',
    'sluice fetch API/products/1 --dns-result-order ipv5first',
    'sluice fetch API/products/1 --budget tokens',
    "sluice fetch API/products/1 --cost 'tokens=prompt tokens'",
    'sluice fetch API/products/1 --actual-cost tokens=data..usage',
    'sluice fetch API/products/1 --log missing/run.log',
  ],
  Requests: [
    'sluice fetch nonsense',
    'sluice fetch ftp://files.example/a',
    'sluice fetch http://',
    "sluice fetch 'API/products/[1-'",
    "sluice fetch 'API/products/[9-1]'",
    "sluice fetch 'API/products/{a,b'",
    'sluice fetch API/products/1 -X "GET it"',
    'sluice fetch API/products/1 -H nocolon',
    'sluice fetch API/products/1 -H "Upgrade: h2c"',
    'sluice fetch API/products/1 -H "X-Note: one\ntwo"',
    'sluice fetch API/products/1 -H "X-Key: env:NOT_SET"',
    'sluice fetch API/products/1 -H "X-Key: file:missing.key"',
    'sluice fetch API/products/1 --json "{name: 1}"',
    'sluice fetch API/products/1 --json "{}" -d x',
    'sluice fetch API/products/1 -d @missing.json',
    'sluice fetch API/products/1 --auth token',
    'sluice fetch API/products/1 --auth bearer:env:NOT_SET',
    'sluice fetch API/products/1 --auth digest:env:HOME',
    'sluice fetch API/products/1 --oauth tokenUrl=API/token',
    'sluice fetch API/products/1 --login "GET it now"',
    'sluice fetch API/products/1 --login "POST API/status/404" -q',
    'sluice fetch API/products/1 --base-url here',
    'sluice fetch API/products/1 --proxy socks5://127.0.0.1:1080',
    'sluice fetch API/products/1 --proxy localhost:CLOSED --attempts 1 -q',
    'sluice fetch API/products/1 --cacert missing.pem',
    'sluice fetch API/products/1 --cacert other.pem',
    'sluice fetch API/products/1 --key other.pem',
    'sluice fetch API/products/1 --paginate scroll',
    'sluice fetch API/products/1 --items data',
    'sluice fetch API/products/1 --then API/products/{id}',
    'sluice fetch --from-curl "wget API/products/1"',
    'sluice fetch --from-curl "curl API/products/1 | jq ."',
    'sluice fetch --from-curl "curl --ftp-pasv API/products/1"',
  ],
  'Files with input': [
    'sluice fetch -i missing.txt',
    'sluice fetch -i .',
    'sluice fetch -i empty.txt',
    'sluice fetch -i empty.csv',
    'sluice fetch -i words.txt',
    'sluice fetch -i bad.jsonl',
    'sluice fetch -i odd.jsonl',
    'sluice fetch -i both.jsonl',
    'sluice fetch -i bad.json',
    'sluice fetch -i people.csv',
    'sluice fetch -i people.csv --url API/products/{sku}',
    'sluice fetch -i people.csv --url API/products/{id}',
    'sluice fetch -i people.csv --url API/products/{id',
    'sluice fetch -i people.csv --url API/products/1 --json-template \'{"age":"{age|number}"}\'',
    'sluice fetch -i people.csv --url API/products/1 --json-template "{age}"',
    'sluice fetch -i people.csv --url API/products/1 --id-column sku',
    'sluice fetch -i twice.csv --url API/products/{id}',
    'sluice fetch -i ragged.csv --url API/products/{id}',
    'sluice fetch -i open.csv --url API/products/{id}',
    'sluice fetch -i people.csv --delimiter ";;" --url API/products/{id}',
    'sluice fetch -i people.csv --input-format yaml',
    'sluice fetch -i urls.txt --keep-columns -o out.csv',
    'sluice fetch API/products/1 --keep-columns',
    'sluice fetch API/products/1 --url API/products/{id}',
    'sluice fetch -i urls.txt --delimiter ";"',
  ],
  'Files with output': [
    'sluice fetch API/products/1 -o out.xlsx',
    'sluice fetch API/products/1 -o missing/out.jsonl',
    'sluice fetch API/products/1 -o .',
    'sluice fetch -i urls.txt -o urls.txt',
    'sluice fetch API/products/1 -o out.jsonl --summary out.jsonl',
    'sluice fetch API/products/1 -o out.parquet --append',
    'sluice fetch API/products/1 -o out.jsonl --csv-safe',
    'sluice fetch API/products/1 --append',
    'sluice fetch API/products/1 --select "a=data.[" -o out.csv',
    'sluice fetch API/products/1 --select "a=data.price,a=data.id" -o out.csv',
    'sluice fetch API/products/1 --out-dir urls.txt',
    'sluice fetch API/products/1 --out-dir bodies --file-name "{name}"',
    'sluice fetch API/products/1 --file-name "{index}"',
    'sluice fetch API/products/1 --skip-existing',
    'sluice fetch API/products/1 --report run.pdf',
    'sluice fetch API/products/1 --output-format xml',
  ],
  Settings: [
    'sluice fetch API/products/1 --config missing.json',
    'sluice fetch API/products/1 --config .',
    'sluice fetch API/products/1 --config bad-settings.json',
    'sluice fetch API/products/1 --config wrong-settings.json',
    'sluice fetch API/products/1 --config broken-settings.json',
    'sluice fetch API/products/1 --profile nightly',
    'sluice fetch API/products/1 --env-file missing.env',
    'SLUICE_RATE=fast sluice fetch API/products/1',
    'SLUICE_STORE=somewhere sluice resume',
  ],
  'Stores and runs': [
    'sluice fetch API/products/1 --store mysql://db.example/runs',
    'sluice fetch API/products/1 --store somewhere',
    'sluice fetch API/products/1 --store sqlite:notes.txt',
    'sluice fetch API/products/1 --store runs.db --schema mine',
    'sluice fetch API/products/1 --store postgres://127.0.0.1:CLOSED/runs',
    'sluice fetch API/products/1 --store runs.db --name done -q',
    'sluice fetch API/products/1 --store runs.db --name done',
    'sluice fetch API/products/2 --store runs.db --name done --resume',
    'sluice fetch API/products/1 --store runs.db --ordered',
    'sluice fetch API/products/1 --store runs.db --append -o a.jsonl',
    'sluice fetch API/products/1 --resume',
    'sluice fetch API/products/1 --detach',
    'sluice resume nothing --store runs.db',
    'sluice resume --store none.db',
    'sluice resume done --store runs.db --url API/{id}',
    'sluice retry done --store runs.db --status often',
    'sluice export nothing --store runs.db',
    'sluice export done --store runs.db --ok --failed',
    'sluice export done --store runs.db -o out.xlsx',
    'sluice runs show nothing --store runs.db',
    'sluice runs show done --store runs.db --watch 1ms',
    'sluice runs rm nothing --store runs.db',
    'sluice runs pause done --store runs.db',
    'sluice runs set done --store runs.db',
    'sluice runs set done --store runs.db --priority high',
    'sluice runs set done --store runs.db --rate fast',
    'sluice runs prune --store runs.db',
    'sluice runs prune --store runs.db --older-than long',
    'sluice report nothing --store runs.db',
    'sluice report done --store runs.db -o page.pdf',
    'sluice report missing.json',
    'sluice dash nothing --store runs.db',
    'sluice worker',
    'sluice worker --store runs.db',
    'sluice worker --store postgres://127.0.0.1:CLOSED/runs --health nowhere',
  ],
  'Benchmarks, the practice API, the gateway': [
    'sluice bench',
    'sluice bench API/products/1 --levels 0,5',
    'sluice bench API/products/1 -n 0',
    'sluice bench https://api.example/items',
    'sluice bench http://127.0.0.1:CLOSED/ -n 2 --levels 1 --repeat 1',
    'sluice simulate prodcuts',
    'sluice simulate scenario.json',
    'sluice simulate --limit 10/s',
    'sluice simulate --latency long',
    'sluice simulate --error-rate 503',
    'sluice simulate --fault none-such:1%',
    'sluice simulate --http2',
    'sluice simulate --port TAKEN',
    'sluice gateway',
    'sluice gateway --to api',
    'sluice gateway --to API --to API',
    'sluice gateway --to API --port TAKEN',
    'sluice gateway --to API --listen 0.0.0.0',
    'sluice gateway --to API --store runs.db',
    'sluice gateway --config gateway.json',
  ],
  'What servers do': [
    'sluice fetch API/status/404 -q',
    'sluice fetch API/status/401 -q',
    'sluice fetch http://127.0.0.1:CLOSED/ -q --attempts 1',
    'sluice fetch https://127.0.0.1:TAKEN/ -q --attempts 1 --timeout 200ms',
    'sluice fetch API/fault/hang -q --attempts 1 --timeout 200ms',
    'sluice fetch API/fault/reset -q --attempts 1',
    'sluice fetch API/fault/not-json -q --attempts 1',
    'sluice fetch API/bytes/2000 -q --max-body 1kB',
    "sluice fetch 'API/status/[404-410]' -q -c 1 --max-failures 2",
  ],
}

beforeAll(async () => {
  api = await serveSimulator({ scenario: { latency: 0 } })
  taken = createTcpServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), placed(text))
})

afterAll(async () => {
  taken.close()
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Text with the addresses of this test in place of their names. */
function placed(text: string): string {
  return text
    .replaceAll('API', api.url)
    .replaceAll('TAKEN', String((taken.address() as { port: number }).port))
    .replaceAll('CLOSED', '9')
}

/** Text with names in place of what differs from run to run. */
function steady(text: string): string {
  return text
    .replaceAll(api.url, 'API')
    .replaceAll(new URL(api.url).host, 'API')
    .replaceAll(String((taken.address() as { port: number }).port), 'TAKEN')
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .replaceAll(/ done in .*?: /g, ' done in T: ')
    .replaceAll(/^ {2}(?:status|attempts|requests|received|waited|limited by|hosts) .*\n/gm, '')
}

/** Options with a mistake in each, for `createClient`. */
const options: readonly object[] = [
  { concurrency: 0 },
  { concurrecny: 5 },
  { rate: 10 },
  { rate: ['10/s', 'fast'] },
  { burst: -1 },
  { timeout: 'soon' },
  { deadline: -5 },
  { connectTimeout: Number.NaN },
  { baseUrl: 'here' },
  { headers: { 'bad header': 'x' } },
  { headers: { accept: 'a\nb' } },
  { retry: { maxAttempts: 0 } },
  { retry: { attempts: 3 } },
  { retry: { on: ['never'] } },
  { retry: { backoff: 'long' } },
  { breaker: 'half' },
  { breaker: { failureRatio: 2 } },
  { maxRedirects: -1 },
  { maxBody: '10 lots' },
  { proxy: 'socks5://127.0.0.1:1' },
  { auth: 'token' },
  { auth: { bearer: 5 } },
  { auth: { basic: 'user' } },
  { cache: 'forever' },
  { hedge: 'yes' },
  { partition: 5 },
  { perPartition: 'many' },
  { transport: {} },
  { tls: { ca: 5 } },
  { cost: { tokens: 5 } },
  { maxWaiting: 0.5 },
]

/** Requests with a mistake in each, for `client.send`. */
const requests: readonly unknown[] = [
  undefined,
  {},
  '/items',
  'nonsense',
  'ftp://files.example/a',
  { url: 'https://a.example', metod: 'PUT' },
  { url: 'https://a.example', method: 'GET IT' },
  { url: 'https://a.example', body: 'x', json: {} },
  { url: 'https://a.example', query: { filter: { a: 1 } } },
  { url: 'https://a.example', headers: { 'bad header': 'x' } },
  { url: 'https://a.example', timeout: 'soon' },
]

/** Text on stderr and exit code of a command, written as in a shell. */
async function said(line: string): Promise<{ readonly text: string; readonly code: number | null }> {
  const words = shellWords(placed(line))
  const first = words.indexOf('sluice')
  const env = Object.fromEntries(words.slice(0, first).map((word) => word.split('=') as [string, string]))
  const { code, stderr } = await sluice(words.slice(first + 1), { cwd: folder, env })
  return { text: steady(stderr).trimEnd(), code }
}

function problem(work: () => unknown): string {
  try {
    work()
    return 'no error'
  } catch (error) {
    return String(error)
  }
}

describe('messages about mistakes', () => {
  const pages = new Map<string, string>()

  it.each(Object.entries(mistakes))('%s', async (title, lines) => {
    const parts: string[] = []
    for (const line of lines) {
      const { text, code } = await said(line)
      parts.push(`$ ${line}\n${text}\nexit code ${code}\n`)
    }
    pages.set(title, `# ${title}\n\n${parts.join('\n')}`)
  })

  it('The library', async () => {
    await using client = createClient()
    const shown = (value: unknown): string => inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 })
    const parts: string[] = []
    for (const one of options) parts.push(`createClient(${shown(one)})\n${problem(() => createClient(one))}\n`)
    for (const one of requests) {
      const result = await client.try(one as never)
      parts.push(
        `client.try(${shown(one)})\n${result.ok ? 'no error' : `${result.error.name}: ${result.error.message}`}\n`,
      )
    }
    pages.set('The library', `# The library\n\n${parts.join('\n')}`)
  })

  it('are those of the list', async () => {
    await expect([...pages.values()].join('\n')).toMatchFileSnapshot('error-messages.txt')
  })
})
