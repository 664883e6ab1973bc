import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { exampleSummary, exampleProgress as progress } from '../../test/example-summary.ts'
import { panelLines } from './panels.ts'
import { progressText, screenLines } from './progress-text.ts'

const quiet = { concurrency: 20, isPaused: false, isStopping: false, heldBy: new Set<string>(), troubles: [] }
const trouble = {
  host: 'https://api-of-a-long-name.eu-central-1.example.com',
  failures: 12,
  hasAnswered: true,
  error: '503 Service Unavailable',
  nextProbeMs: 4_000,
}

it('tells in one line of a log how far a run is, why it waits, and what it misses', () => {
  const held = { ...quiet, heldBy: new Set(['rate 150/s', 'concurrency']) }
  expect(progressText(progress, held, ['threshold missed: 99 % succeeded, --min-success is 99.9 %'])).toBe(
    '4,100/5,000 82 %  20 failed  148.2/s  12/20 in flight  210 retries  15 refused  held by rate 150/s  missed: 99 % succeeded, --min-success is 99.9 %  6.0 s to 8.0 s left',
  )
})

it('shows counts, the reason and the attempts on a terminal, and leaves out whole counts where it is narrow', () => {
  const held = { ...quiet, heldBy: new Set(['rate 150/s']) }
  const summary = exampleSummary({
    elapsedMs: 30_000,
    waitedMs: { 'rate 150/s': 24_900 },
    attempts: { 200: 4_080, 503: 12 },
  })
  expect(screenLines(progress, held, 79, summary)).toEqual([
    '4,100/5,000 82 %  6.0 s to 8.0 s left  20 failed  148.2/s  12/20 in flight',
    'held by rate 150/s (83 % of the time)',
    'attempts 200 x 4,080   503 x 12  210 retries',
  ])
  expect(screenLines(progress, held, 30, summary)).toEqual([
    '4,100/5,000 82 %  20 failed',
    'held by rate 150/s (83 % of',
    'the time)',
    'attempts 200 x 4,080   503 x 12',
  ])
})

it.each([40, 60, 79])('never cuts the reason: in %i columns it is broken into lines', (width) => {
  const lines = screenLines(progress, { ...quiet, troubles: [trouble, trouble] }, width, exampleSummary())
  expect(lines.filter((line) => stringWidth(line) > width)).toEqual([])
  expect(lines.join('').replaceAll(' ', '')).toContain(
    `${trouble.host}: 503 Service Unavailable (12 times); paused, the next probe in 4.0 s; 1 more host in trouble`.replaceAll(
      ' ',
      '',
    ),
  )
})

it('says of a host that only another process has seen fail that this is why calls wait', () => {
  const shared = { ...trouble, failures: 0, hasAnswered: false, error: '' }
  expect(progressText(progress, { ...quiet, troubles: [shared] }, [])).toContain(
    `${trouble.host}: another process cannot reach it or sees it fail; paused, the next probe in 4.0 s`,
  )
})

it('bounds the lines of a reason, however long a server makes it', () => {
  const endless = { ...trouble, error: 'x'.repeat(5_000) }
  expect(screenLines(progress, { ...quiet, troubles: [endless] }, 79).length).toBeLessThanOrEqual(7)
})

it('opens the errors, the hosts and the slowest calls in the room that there is', () => {
  const error = {
    code: 'SLUICE_SERVER_ERROR',
    message: '503 Service\u001b[2J Unavailable',
    count: 2,
    example: 'https://a.example/1',
  }
  const bar = {
    index: 0,
    id: `https://a.example/${'long/'.repeat(30)}end`,
    startMs: 0,
    queuedMs: 900,
    connectMs: 1,
    firstByteMs: 80,
    bodyMs: 5,
    backoffMs: 0,
    attempts: 2,
    ok: true,
  }
  const figures = {
    summary: exampleSummary({ errors: [error], attemptErrors: [{ ...error, count: 9 }], hosts: [trouble] }),
    picture: {
      hosts: [{ host: 'https://a.example', inFlight: 3, requests: 1_200, failed: 9, throttled: 0 }],
      oldest: [{ request: 'GET https://a.example/7', attempt: 3, forMs: 12_000 }],
      slowest: Array.from({ length: 20 }, () => bar),
    },
  }
  const size = { width: 70, height: 20 }
  const errors = panelLines('errors', figures, size)
  expect(errors.join('\n')).toContain('2 x SLUICE_SERVER_ERROR 503 Service Unavailable')
  expect(errors.join('\n')).toContain('9 x SLUICE_SERVER_ERROR')
  expect(panelLines('hosts', figures, size).slice(0, 3)).toEqual([
    'hosts (h closes)',
    '             in flight  requests  failed  refused',
    '  a.example          3     1,200       9        0',
  ])
  const slowest = panelLines('slowest', figures, size)
  expect(slowest).toHaveLength(14)
  expect(slowest[2]).toBe('      12.0 s  attempt 3  GET https://a.example/7')
  expect(slowest[4]).toMatch(/^ {6}986 ms {2}900 ms in the queue, 2 attempts {2}….*long\/end$/)
  expect(slowest.at(-1)).toBe('  and 11 more lines')
  for (const panel of ['errors', 'hosts', 'slowest'] as const)
    for (const line of panelLines(panel, figures, size)) expect(stringWidth(line)).toBeLessThanOrEqual(70)
  expect(panelLines('slowest', figures, { width: 70, height: 1 })).toEqual([])
})
