import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CallResult, SluiceEvent } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Logged } from './support/access-log.ts'
import { type Nginx, nginxIsMissing, startNginx } from './support/nginx.ts'
import { quickRetry, testClient } from './support/test-client.ts'

const urls = (count: number, path: string): string[] => Array.from({ length: count }, (_, index) => `${path}${index}`)
const failures = (results: readonly CallResult[]): string[] =>
  results.filter((result) => !result.ok).map((result) => String(!result.ok && result.error))
const span = (seen: readonly Logged[]): number => seen.at(-1)!.at - seen[0]!.at

describe.skipIf(nginxIsMissing).concurrent('the limits of nginx', () => {
  let nginx: Nginx
  /** When the date comes that nginx names as `Retry-After`. */
  let openAt: number

  beforeAll(async () => {
    openAt = Math.ceil(Date.now() / 1_000) * 1_000 + 3_000
    nginx = await startNginx(
      2,
      ({ root, ports: [main, protectedPort] }) => `
      limit_req_zone $server_name zone=pace:1m rate=50r/s;
      limit_req_zone $server_name zone=slow:1m rate=2r/s;
      limit_conn_zone $server_name zone=connections:1m;
      server {
        listen 127.0.0.1:${main};
        server_name main;
        location /paced/ { limit_req zone=pace burst=5 nodelay; limit_req_status 429; alias ${root}/; try_files /small.txt =404; }
        location /together/ { limit_conn connections 4; limit_rate 20k; try_files /medium.txt =404; }
        location /throttled/ {
          limit_req zone=slow burst=1 nodelay;
          limit_req_status 429;
          add_header Retry-After 1 always;
          try_files /small.txt =404;
        }
        location /until-open/ {
          if (!-f ${root}/open) { add_header Retry-After '${new Date(openAt).toUTCString()}' always; return 429; }
          return 200 'ok';
        }
        location /for-ever/ { add_header Retry-After 86400 always; return 429; }
        location /bare/ { return 429; }
        location /maintenance/ { add_header Retry-After 1 always; if (!-f ${root}/maintained) { return 503; } try_files /small.txt =404; }
        location /overload/ { return 503; }
        location /used-up/ { default_type application/json; return 429 '{"error":{"code":"insufficient_quota"}}'; }
        location /forbidden/ { add_header Retry-After 0 always; deny all; }
      }
      server {
        listen 127.0.0.1:${protectedPort};
        auth_basic 'closed to strangers';
        auth_basic_user_file ${root}/users;
        location / { try_files /small.txt =404; }
      }`,
    )
    writeFileSync(join(nginx.root, 'small.txt'), 'ok')
    writeFileSync(join(nginx.root, 'medium.txt'), 'x'.repeat(21_500)) // The last kilobyte comes in the next second.
    writeFileSync(join(nginx.root, 'users'), 'someone:{PLAIN}pä@s/s word\n')
  })

  afterAll(() => nginx?.dispose())

  it('of 50 requests a second are used, and next to none of 300 calls is refused', async ({ task }) => {
    // The log has the requests of earlier tries.
    const path = `/paced/try-${task.result?.retryCount ?? 0}/`
    await using client = testClient({ baseUrl: nginx.origin(), rate: '50/s' })
    const results = await client.all(urls(300, path))
    expect(failures(results)).toEqual([])
    const seen = await nginx.requests(path)
    const refused = seen.filter(({ status }) => status !== 200)
    expect(seen).toHaveLength(300 + refused.length)
    // A machine that pauses brings requests closer together, and makes others late. limits.test.ts has exact numbers.
    expect(refused.length).toBeLessThan(5)
    const perSecond = ((seen.length - 1) / span(seen)) * 1_000
    expect(perSecond).toBeGreaterThan(50 * 0.85)
    expect(perSecond).toBeLessThanOrEqual(50.5)

    await using hasty = testClient({ baseUrl: nginx.origin(), retry: false })
    const statuses = (await hasty.all(urls(30, '/paced/hasty/'))).map(({ status }) => status)
    expect(statuses).toContain(429)
  })

  it('of four connections are kept with as many calls in flight per host, though more may be in all', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), concurrency: 16, perPartition: 4 })
    const results = await client.all(urls(12, '/together/'))
    expect(failures(results)).toEqual([])
    const seen = await nginx.requests('/together/')
    expect([seen.length, seen.filter(({ status }) => status !== 200).length]).toEqual([12, 0])
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(4)

    await using greedy = testClient({ baseUrl: nginx.origin(), concurrency: 16, retry: false })
    const statuses = (await greedy.all(urls(16, '/together/greedy/'))).map(({ status }) => status)
    expect(statuses).toContain(503)
  })

  it('that say in seconds when to come back are obeyed: nobody asks before', async () => {
    await using client = testClient({
      baseUrl: nginx.origin(),
      concurrency: 4,
      retry: { ...quickRetry, maxAttempts: 2 },
    })
    const results = await client.all(urls(8, '/throttled/'))
    expect(failures(results)).toEqual([])
    const seen = await nginx.requests('/throttled/')
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(8)
    // Those that were in flight together may be refused together. After the last of them all is quiet for a second.
    const pauses = seen.slice(1).map(({ at }, index) => at - seen[index]!.at)
    const afterRefusals = seen
      .slice(1)
      .flatMap(({ status }, index) =>
        seen[index]!.status === 429 && (status === 200 || pauses[index]! > 300) ? [pauses[index]!] : [],
      )
    expect(afterRefusals.length).toBeGreaterThan(0)
    expect(Math.min(...afterRefusals)).toBeGreaterThanOrEqual(990)
  })

  it('that name a date are obeyed to the moment, by everybody who waits', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    const paused: SluiceEvent[] = []
    client.on((event) => event.type === 'partition.paused' && paused.push(event))
    const first = client.get('/until-open/first')
    await pause(500)
    const second = client.get('/until-open/second')
    writeFileSync(join(nginx.root, 'open'), '')
    expect([(await first).attempts.length, (await second).attempts.length]).toEqual([2, 1])
    const seen = await nginx.requests('/until-open/')
    expect(seen.map(({ status }) => status)).toEqual([429, 200, 200])
    expect(seen[1]!.at).toBeGreaterThanOrEqual(openAt)
    expect(seen[1]!.at).toBeLessThan(openAt + 1_500)
    expect(paused).toHaveLength(1)
  })

  it('that ask for a day fail the call at once, with the date', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    const result = await client.try('/for-ever/')
    expect(result).toMatchObject({ ok: false, status: 429, error: { code: 'SLUICE_THROTTLED' } })
    const { retryAt } = (!result.ok && result.error) as { retryAt?: number }
    expect(Math.abs(retryAt! - Date.now() - 86_400_000)).toBeLessThan(2_000)
    expect(await nginx.requests('/for-ever/')).toHaveLength(1)
  })

  it('that do not say when to come back are tried again, as often as allowed', async () => {
    const retry = { ...quickRetry, cap: 5, maxThrottles: 3 }
    await using client = testClient({ baseUrl: nginx.origin(), retry })
    expect(await client.try({ url: '/bare/', body: 'order' })).toMatchObject({
      ok: false,
      error: { code: 'SLUICE_THROTTLED', summary: '429 Too Many Requests' },
    })
    expect(await nginx.requests('/bare/')).toHaveLength(1 + 3)
  })

  it('of a quota that is gone are final', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    expect(await client.try('/used-up/')).toMatchObject({ ok: false, attempts: [{ verdict: 'permanent' }] })
    expect(await nginx.requests('/used-up/')).toHaveLength(1)
  })

  it('for the time of a maintenance (503 with Retry-After) hold back everything, and use up no attempts', async () => {
    await using client = testClient({ baseUrl: nginx.origin(), retry: { ...quickRetry, maxAttempts: 2 } })
    const running = client.all(urls(5, '/maintenance/'))
    await pause(1_500)
    writeFileSync(join(nginx.root, 'maintained'), '')
    expect(failures(await running)).toEqual([])
    const seen = await nginx.requests('/maintenance/')
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(seen.filter(({ status }) => status === 503).length).toBeLessThanOrEqual(10)
    expect(span(seen)).toBeGreaterThanOrEqual(1_990)
  })

  it('that are an overload (503 without Retry-After) are tried four times, a POST once', async () => {
    await using client = testClient({ baseUrl: nginx.origin() })
    expect(await client.try('/overload/')).toMatchObject({ ok: false, error: { code: 'SLUICE_SERVER_ERROR' } })
    await client.try({ url: '/overload/', body: 'order' })
    const seen = await nginx.requests('/overload/')
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET', 'POST'])
  })

  it('to strangers are a 401 that is final, and no limits to those who are known', async () => {
    await using client = testClient({ baseUrl: nginx.origin(1) })
    const stranger = await client.try('/stranger')
    expect(stranger).toMatchObject({ ok: false, status: 401, error: { summary: '401 Unauthorized' } })
    expect(stranger.headers?.['www-authenticate']).toBe('Basic realm="closed to strangers"')
    const url = new URL(nginx.origin(1))
    url.username = 'someone'
    url.password = 'pä@s/s word'
    const known = await client.get(new URL('/known', url))
    expect(known.value).toBe('ok')
    expect(known.id).toBe(`${nginx.origin(1)}/known`)
    const seen = [...(await nginx.requests('/stranger')), ...(await nginx.requests('/known'))]
    expect(seen.map(({ status, authorization }) => [status, authorization])).toEqual([
      [401, ''],
      [200, `Basic ${Buffer.from('someone:pä@s/s word').toString('base64')}`],
    ])
  })
})
