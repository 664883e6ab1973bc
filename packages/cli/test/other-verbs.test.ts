import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliReference } from '../src/cli-reference.ts'
import { finished, sluice, startSluice, temporaryFolder } from './run-sluice.ts'

const root = join(import.meta.dirname, '../../..')

it('doctor reports the problem and what to do, without passwords, and changes nothing', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'sluice.config.json'), '{"rates":"5/s"}')
  const store = 'postgres://me:hunter2@127.0.0.1:1/runs'
  const { code, stdout } = await sluice(['doctor', '--store', store], { cwd, env: { SLUICE_RATEZ: '1' } })

  expect(code).toBe(1)
  expect(stdout).toMatch(/^ok {7}Node {8}v\d/m)
  expect(stdout).toMatch(/^ok {7}SQLite {6}\d/m)
  expect(stdout).toMatch(/^failure {2}store .*postgres:\/\/me@127\.0\.0\.1:1\/runs: no server listens there/m)
  expect(stdout).toMatch(/^failure {2}settings .*there is no setting rates/m)
  expect(stdout).toMatch(/^warning {2}variables {3}SLUICE_RATEZ/m)
  expect(stdout).not.toContain('hunter2')
  expect(readdirSync(cwd)).toEqual(['sluice.config.json'])
  const { stdout: local } = await sluice(['doctor', '--no-config'], { cwd })
  expect(local).toMatch(/^ok {7}store .*runs\.db is created with the first stored run\nok {7}clock {7}20\d\d-.*Z$/m)
})

describe('sluice simulate', () => {
  it('says where it listens in its first line, answers, and ends with Ctrl-C', async () => {
    const child = startSluice(['simulate', '--latency', '1ms', '--limit', 'fixed:2/min', '--headers', 'ietf'])
    const ending = finished(child)
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const url = /^listening (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line)?.[1]

    const answers = await Promise.all([1, 2, 3].map((id) => fetch(`${url}/products/${id}`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429])
    expect(answers[0]!.headers.get('ratelimit-policy')).toContain('q=2')

    child.kill('SIGINT')
    expect((await ending).code).toBe(130)
  })

  it('serves over TLS and HTTP/2, with its certificate in a file for as long as it serves', async () => {
    const child = startSluice(['simulate', '--latency', '1ms', '--tls', '--http2'])
    const ending = finished(child)
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const url = /^listening (https:\/\/127\.0\.0\.1:\d+)\n$/.exec(line)?.[1]
    const told = await new Promise<string>((resolve) => child.stderr.once('data', (data) => resolve(String(data))))
    const certificate = /^certificate to trust: (.+)$/m.exec(told)![1]!

    const fetched = await sluice(['fetch', `${url}/products/[1-5]`, '--cacert', certificate, '--http2'])
    const distrusted = await sluice(['fetch', `${url}/products/1`])
    child.kill('SIGINT')

    expect(fetched.code).toBe(0)
    expect(fetched.stdout.split('\n').filter((each) => each.includes('"status":200'))).toHaveLength(5)
    expect(distrusted.stdout).toContain('SLUICE_TLS')
    expect((await ending).code).toBe(130)
    expect(existsSync(certificate)).toBe(false)
  })

  it('serves the requested faults, and lists the known ones', async () => {
    const child = startSluice(['simulate', '--latency', '1ms', '--fault', 'interim=102:50%', '--fault', 'rst:50%'])
    const ending = finished(child)
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const url = line.trim().split(' ')[1]

    for (let times = 0; times < 8; times++) await fetch(`${url}/products/1`).catch(() => {})
    const stats = (await (await fetch(`${url}/__stats`)).json()) as { readonly faults: Record<string, number> }
    child.kill('SIGINT')
    await ending
    const { code, stderr } = await sluice(['simulate', '--connection-fault', 'boredom:1%'])

    expect(Object.keys(stats.faults).sort()).toEqual(['interim', 'rst'])
    expect([code, stderr.includes('expected reset, close, silent or alert')]).toEqual([2, true])
  })

  it('refuses --http2 without --tls', async () => {
    const { code, stderr } = await sluice(['simulate', '--http2'])

    expect(code).toBe(2)
    expect(stderr).toContain('add --tls')
  })

  it('refuses a scenario nobody knows, and names those there are', async () => {
    const { code, stderr } = await sluice(['simulate', 'lunch'])

    expect(code).toBe(2)
    expect(stderr).toContain('"lunch" is not a scenario: expected one of products,')
  })
})

describe('sluice catalogue', () => {
  it('hands its arguments to the command of the app, flags and all, and ends with its exit code', async () => {
    const listed = await sluice(['catalogue', 'list', '--simulated', '--per-page', '1'])
    expect([listed.code, listed.stdout]).toEqual([0, '     1      27.34  EUR     55  Garden Chair 1\n'])
    expect((await sluice(['catalogue', 'get', '9999', '--simulated'])).code).toBe(3)
    expect((await sluice(['catalogue', 'list', '--help'])).stdout).toContain('Usage: catalogue list')
  })
})

describe('sluice help', () => {
  it.each(['exit-codes', 'environment', 'formats', 'limits', 'fetch', 'bench', 'report', 'simulate', 'demo'])(
    'knows about %s',
    async (topic) => {
      const { code, stdout } = await sluice(['help', topic])

      expect(code).toBe(0)
      expect(stdout.length).toBeGreaterThan(200)
    },
  )

  it('is what `sluice` alone shows', async () => {
    const alone = await sluice([])
    const asked = await sluice(['help'])

    expect(alone.stdout).toBe(asked.stdout)
    expect(alone.stdout).toMatchInlineSnapshot(`
      "Usage: sluice [options] [command]

      Thousands of API calls from a list: within the limits, with retries, every one accounted for.

      Options:
        -V, --version                  output the version number
        -h, --help                     display help for command

      Commands:
        fetch [options] [url...]       run a set of requests, and print or store one result per request
        resume [options] [run]         finish a stored run, with the settings it started with
        retry [options] <run>          repeat the failures of a stored run; successes are not touched
        worker [options]               work on runs in a PostgreSQL store, together with other workers
        runs                           list, show, control and remove stored runs
        dash [options] [run]           serve live pages of all runs of a store, with their controls
        export [options] <run>         write the results of a stored run, in the order of its input
        gateway [options]              serve an API to other programs, in any language, within its limits
        bench [options] [url...]       find the best concurrency and the bottleneck
        report [options] <run>         write a page about one stored run or two, or about a benchmark
        simulate [options] [scenario]  start the practice API on loopback, with the limits, delays and
                                       faults of real ones
        demo [options]                 take a tour in 20 seconds: plain loops, then a run that is killed
                                       and resumed; no key, no network
        doctor [options]               check the environment: Node, SQLite, the store, proxies, open
                                       files, memory, settings
        completion <shell>             print a script that completes verbs and flags in bash, zsh or fish
        help [topic]                   show help for a verb or a topic
        news [args...]                 read news from many sources, fetched concurrently, each within its
                                       own limits
        catalogue [args...]            list and export products of an API: an example of a client built on
                                       Sluice

      First steps:
        sluice demo                                      a tour: no key, no network
        sluice fetch 'https://api.example/items/[1-500]' -c 20
                                                         500 requests, 20 at once
        sluice fetch -i urls.txt --rate 10/s -o results.jsonl
                                                         from a list, 10 a second
        sluice bench 'https://api.example/items/[1-50]'
                                                         the best concurrency
        sluice fetch -i urls.txt --store --name big      stored: sluice resume, retry,
                                                         runs and export continue it

      More: sluice help TOPIC
        exit-codes, environment, formats, gateway, limits, runs, workers
      "
    `)
  })

  it('agrees with docs/cli.md, which `npm run docs` writes', () => {
    expect(readFileSync(join(root, 'docs/cli.md'), 'utf8')).toBe(cliReference())
  })
})

describe('the launcher', () => {
  const launcher = join(root, 'packages/cli/bin/sluice.js')
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path) && isOld(path))

  it.runIf(old !== undefined)('says in one sentence what to do when Node is too old', () => {
    const { status, stderr } = spawnSync(old!, [launcher, '--version'], { encoding: 'utf8' })

    expect(status).toBe(2)
    expect(stderr).toMatch(/^sluice needs Node 22\.19 or newer, and this is [\d.]+: .*\n$/)
  })

  it('starts Node with a bounded young generation, and leaves every flag to the command, --env-file too', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'node'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
    const { stdout } = spawnSync(launcher, ['fetch', '--env-file', 'a b'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    })

    expect(stdout).toBe(`--max-semi-space-size=8 -- ${launcher} fetch --env-file a b\n`)
  })

  if (old === undefined)
    process.stderr.write('skipped: the launcher on an old Node, because there is none on this machine\n')
})

function isOld(node: string): boolean {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  return major < 22 || (major === 22 && minor < 19)
}
