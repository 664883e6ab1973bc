import { type CallResult, ThrottledError } from 'sluice'
import { describe, expect, it } from 'vitest'
import { RunStatistics } from './run-statistics.ts'

const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 1 }

function refused(index: number, host: string): CallResult {
  const url = `https://${host}/${index}`
  const request = {
    id: url,
    method: 'GET',
    url,
    headers: {},
    readAs: 'auto',
    partition: `https://${host}`,
    weight: 1,
    priority: 0,
  } as const
  const answer = { status: 429, headers: {}, body: new Uint8Array() }
  const error = new ThrottledError(answer, Date.UTC(2030, 0, 1, 0, 0, index))
  return { ok: false, index, id: url, request, status: 429, attempts: [], timing, error }
}

describe('RunStatistics', () => {
  it('groups failures by host and message, whatever date stands in it, and shows the first message', () => {
    const statistics = new RunStatistics((text) => text)
    for (let index = 0; index < 100; index++) statistics.add(refused(index, index % 4 === 0 ? 'b.test' : 'a.test'))
    expect(statistics.errors).toEqual([
      {
        code: 'SLUICE_THROTTLED',
        message: '429 Too Many Requests, retry at 2030-01-01T00:00:01.000Z',
        count: 75,
        example: 'https://a.test/1',
      },
      {
        code: 'SLUICE_THROTTLED',
        message: '429 Too Many Requests, retry at 2030-01-01T00:00:00.000Z',
        count: 25,
        example: 'https://b.test/0',
      },
    ])
  })
})
