import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { env, execPath } from 'node:process'
import { describe, expect, it } from 'vitest'
import { bundledFolder } from '../test/bundled.ts'

const folder = import.meta.dirname
const names = readdirSync(folder).filter((name) => /^\d\d-[a-z0-9-]+\.ts$/.test(name))
const programs = await bundledFolder(names.map((name) => `${folder}/${name}`))

/** Lines that each example must print, among others. */
const expected: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  '01-fetch-list.ts': [
    '101 results: 100 succeeded',
    'the first one: Garden Chair 1',
    /^failed: \/products\/9999: GET http:\S+\/products\/9999: 404 Not Found after 1 attempt$/,
    'most requests at once, as the server counted: 10',
  ],
  '02-rate-limit.ts': [
    '40 of 40 succeeded',
    /^took \d+\.\d s$/,
    /^calls waited for rate 20\/s: \d+\.\d s$/,
    'refused by the server: 0',
    'never more than 20 in a second: true',
  ],
  '03-retry-429.ts': [
    '200 after 3 attempts: transient, transient, success',
    /^paused for \d+ ms$/,
    '30 of 30 succeeded',
    /^attempts that were answered 429: [1-9]\d*$/,
    /^refused by the server: [1-9]\d*$/,
  ],
  '04-stream-a-big-list.ts': [
    'handed over 2000, in order: true',
    'never more than 150 read ahead: true',
    'the source is closed',
    'requests in all: fewer than 2,500: true',
  ],
  '05-cancel-and-deadline.ts': [
    'aborted: the user went away',
    /^deadline: GET http:\S+: not done within its deadline of 200 ms after 1 attempt$/,
    /^timeout: GET http:\S+: no complete response within the timeout of 100 ms after 2 attempts; attempts: 2$/,
    'maxTime: the time for the run is up; some succeeded: true; failed: 0',
    'what was read is accounted for: true; all was read: false',
  ],
  '06-post-safely.ts': [
    /^without a key: POST http:\S+: 503 Service Unavailable after 1 attempt; attempts: 1$/,
    'with a key: 200; attempts: 2',
    'the server saw the same key 2 times: true',
    'order 11: ok true; attempts: 2',
    'order 13: ok true; attempts: 2',
  ],
  '07-progress-and-events.ts': [
    /^progress: 300 of 300, 0 failed, [1-9]\d* retries, 0 in flight, \d+\/s/,
    'event call.started: 300',
    'event call.settled: 300',
    /^event retry\.scheduled: [1-9]\d*$/,
  ],
  '08-test-without-network.ts': [
    'sent at 0 and 60000 ms of a clock that nobody waited for',
    '500 calls took 5000 ms of simulated time',
  ],
  '09-pages-behind-a-login.ts': ['5000 products, in order: true', 'never more than 5 at once: true', /^logins: [2-9]$/],
  '10-polling.ts': [
    'Travel Basket 7: sent',
    'Travel Basket 7: revalidated',
    'Quiet Lamp: sent',
    'ten at once: 1 request',
  ],
  '11-benchmark.ts': ['at most 455 requests', /^best: (10|20) at once$/, 'sent 455, as the server counted: 455'],
}

describe('an example', () => {
  it.each(names)('%s runs offline, prints what it shows and ends automatically', async (name) => {
    const { code, lines, errors } = await run(name)

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    for (const line of expected[name] ?? []) {
      expect(lines).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line))
    }
  })

  it.each(names)('%s has an expectation, a row in README.md and at most 50 lines', (name) => {
    const readme = readFileSync(`${folder}/README.md`, 'utf8')
    const lines = readFileSync(`${folder}/${name}`, 'utf8').trimEnd().split('\n')

    expect(Object.keys(expected)).toContain(name)
    expect(readme).toContain(`[${name}](${name})`)
    expect(lines.length).toBeLessThanOrEqual(50)
  })

  it.each(names)('%s imports only public names', (name) => {
    const imported = readFileSync(`${folder}/${name}`, 'utf8').matchAll(/ from '([^']+)'/g)
    for (const [, from] of imported) expect(from).toMatch(/^(node:.+|sluice(\/[a-z]+)?|@sluice\/simulator)$/)
  })
})

interface Ended {
  readonly code: number
  readonly lines: readonly string[]
  readonly errors: string
}

function run(name: string): Promise<Ended> {
  // A proxy of this machine's is none for a server on it.
  const clean = Object.entries(env).filter(([key]) => !/^(https?_proxy|node_options)$/i.test(key))
  const options = { env: Object.fromEntries(clean), timeout: 50_000 }
  return new Promise((resolve) => {
    execFile(execPath, [`${programs}/${name.replace('.ts', '.js')}`], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, lines: stdout.split('\n'), errors: stderr })
    })
  })
}
