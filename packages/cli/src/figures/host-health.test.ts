import type { HostTrouble } from '@sluice/report'
import type { ApiRequest, SluiceEvent } from 'sluice'
import { expect, it } from 'vitest'
import { HostHealth } from './host-health.ts'

const request = (partition = 'http://a.test'): ApiRequest =>
  ({ id: '1', method: 'GET', url: `${partition}/1`, headers: {}, partition }) as unknown as ApiRequest

function settled(at: number, how: { verdict?: string; status?: number; error?: string; of?: ApiRequest }): SluiceEvent {
  const { verdict = 'transient', status, error, of = request() } = how
  return {
    type: 'attempt.settled',
    at,
    request: of,
    attempt: 1,
    verdict,
    duration: 1,
    status,
    ...(error && { error: { summary: error } }),
  } as SluiceEvent
}

function watched(): { health: HostHealth; told: HostTrouble[] } {
  const told: HostTrouble[] = []
  return { health: new HostHealth({ redact: (text) => text, onTrouble: (trouble) => told.push(trouble) }), told }
}

it('tells of a host that does not answer at its first failure, and again when it is paused', () => {
  const { health, told } = watched()
  health.observe(settled(0, { verdict: 'notSent', error: 'connection refused' }))
  health.observe(settled(5, { verdict: 'notSent', error: 'connection refused' }))
  health.observe({
    type: 'breaker.changed',
    at: 10,
    partition: 'http://a.test',
    from: 'closed',
    to: 'open',
    reason: 'x',
    until: 5_010,
  })
  health.observe({
    type: 'breaker.changed',
    at: 6_000,
    partition: 'http://a.test',
    from: 'half-open',
    to: 'open',
    reason: 'x',
    until: 9_000,
  })

  const trouble = { host: 'http://a.test', hasAnswered: false, error: 'connection refused' }
  expect(told).toEqual([
    { ...trouble, failures: 1 },
    { ...trouble, failures: 2, nextProbeMs: 5_000 },
  ])
  expect(health.troubles(8_000)).toEqual([{ ...trouble, failures: 2, nextProbeMs: 1_000 }])
  expect(health.isUnreachable).toBe(true)
})

it('tells of a host that answers only after ten failures without a success', () => {
  const { health, told } = watched()
  for (let at = 0; at < 10; at++) health.observe(settled(at, { verdict: 'permanent', status: 401 }))
  expect(told).toEqual([{ host: 'http://a.test', failures: 10, hasAnswered: true, error: '401 Unauthorized' }])
  health.observe(settled(11, { verdict: 'success', status: 200 }))
  expect(health.troubles(12)).toEqual([])
})

it('tells of the first hosts only', () => {
  const { health, told } = watched()
  for (let n = 0; n < 9; n++) health.observe(settled(n, { error: 'no', of: request(`http://h${n}.test`) }))
  expect(told).toHaveLength(5)
  expect(health.troubles(10)).toHaveLength(9)
})

it.each([
  ['nothing has failed', [], false],
  ['everything was refused or broken', [{ status: 500 }, { status: 403 }, { error: 'reset' }], true],
  ['a call succeeded', [{ status: 500 }, { verdict: 'success', status: 200 }], false],
  ['the server asks to wait', [{ status: 500 }, { verdict: 'throttled', status: 429 }], false],
  ['the server answers that there is no such thing', [{ verdict: 'permanent', status: 404 }, { status: 500 }], false],
])('a run in which %s: hopeless is %3$s', (_what, attempts, hasNeverSucceeded) => {
  const { health } = watched()
  for (const [at, attempt] of attempts.entries()) health.observe(settled(at, attempt))
  expect(health.hasNeverSucceeded(29_999, 30_000)).toBe(false)
  expect(health.hasNeverSucceeded(30_000, 30_000)).toBe(hasNeverSucceeded)
})

it('waits for requests in flight since before the first failure', () => {
  const { health } = watched()
  const slow = request()
  health.observe({ type: 'attempt.started', at: 0, request: slow, attempt: 1, queued: 0 })
  health.observe(settled(1, { status: 503 }))
  expect(health.hasNeverSucceeded(60_000, 30_000)).toBe(false)
  health.observe(settled(60_001, { status: 503, of: slow }))
  expect(health.hasNeverSucceeded(60_001, 30_000)).toBe(true)
})
