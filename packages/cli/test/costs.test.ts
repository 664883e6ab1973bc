import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sluice, temporaryFolder } from './run-sluice.ts'

describe('a run with a budget', () => {
  let received = 0
  const server = createServer((request, response) => {
    received++
    const tokens = Number(new URL(request.url!, 'http://a').searchParams.get('t'))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ usage: { total_tokens: tokens } }))
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('stops before it costs more, shows what it has cost, and continues with a larger one', async () => {
    const cwd = temporaryFolder()
    const { port } = server.address() as AddressInfo
    writeFileSync(`${cwd}/p.csv`, `id,t\n${Array.from({ length: 40 }, (_, index) => `${index},100\n`).join('')}`)
    const flags = ['-i', 'p.csv', '--url', `http://127.0.0.1:${port}/{id}?t={t}`, '--rate', '60M tokens/min']
    const costs = ['--cost', 'tokens=t', '--actual-cost', 'tokens=data.usage.total_tokens', '--budget', 'tokens=1050']

    const first = await sluice(['fetch', ...flags, ...costs, '--store', 'sqlite:r.db', '--name', 'b'], { cwd })
    expect([first.code, received]).toEqual([7, 10])
    expect(first.stderr).toContain('stopped: the budget of 1050 tokens (50 left) allows no further call')
    expect(first.stderr).toMatch(/cost +1,000 tokens; 50 tokens left of the budget/)

    const shown = await sluice(['runs', 'show', 'b', '--store', 'sqlite:r.db', '--json'], { cwd })
    expect(JSON.parse(shown.stdout)).toMatchObject({ spent: { tokens: 1_000 }, budgetLeft: { tokens: 50 } })

    const rest = await sluice(['resume', 'b', '--store', 'sqlite:r.db', '--budget', 'tokens=1M'], { cwd })
    expect([rest.code, received]).toEqual([0, 40])
    expect(rest.stderr).toMatch(/cost +4,000 tokens; 996,000 tokens left of the budget/)
  })

  it('is reported by a dry run, with the time that its costs take', async () => {
    const urls = [
      'http://127.0.0.1:1/[1-30]',
      '--rate',
      '600 tokens/min',
      '--cost',
      'tokens=100',
      '--budget',
      'tokens=5k',
    ]
    const { stdout, code } = await sluice(['fetch', ...urls, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toContain('limits: 10 in flight, 600 tokens/min\ntime: at least 4 m 00 s, by the rates given\n')
    expect(stdout).toContain('costs: at most 3,000 tokens\nbudget: 5,000 tokens\n')
  })
})

describe('--graphql', () => {
  it('takes a throttled answer of status 200 for a refusal, and waits until the bucket holds enough', async () => {
    const arrived: number[] = []
    const throttled = {
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: {
        cost: {
          requestedQueryCost: 100,
          throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 50, restoreRate: 50 },
        },
      },
    }
    const server = createServer((_request, response) => {
      arrived.push(performance.now())
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(arrived.length === 1 ? throttled : { data: { shop: 'Tea' } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const json = ['--json', '{"query":"{ shop }"}', '--graphql', '-q']
    const { stdout, code } = await sluice(['fetch', `http://127.0.0.1:${port}/graphql`, ...json])
    await new Promise((resolve) => server.close(resolve))
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, attempts: 2, data: { data: { shop: 'Tea' } } })
    expect(arrived[1]! - arrived[0]!).toBeGreaterThanOrEqual(990)
  })
})
