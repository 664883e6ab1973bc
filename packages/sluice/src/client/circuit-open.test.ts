import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { scriptedApi } from '../testing/scripted-api.ts'
import { ConnectError } from '../transport/errors.ts'
import { createClient } from './create-client.ts'

const broken = new ConnectError('SLUICE_CONNECT', 'cannot connect to a.test: connection refused (ECONNREFUSED)')

describe('a call refused by an open breaker', () => {
  it.each([
    ['a status', 503 as const, '503 Service Unavailable', undefined],
    ['an error, with that as the cause', broken, broken.message, broken],
  ])('fails with the message and cause of the first failure: %s', async (_, answer, reason, cause) => {
    const clock = new ManualClock()
    const { transport } = scriptedApi(clock, () => answer, 10)
    const client = createClient({ clock, transport, random: () => 0.5, baseUrl: 'https://a.test', retry: false })
    for (let call = 0; call < 10; call++) await clock.runUntilSettled(client.try('/x'))

    const result = await clock.runUntilSettled(client.try('/x'))

    const at = new Date(clock.wallTime() + 5_000).toISOString()
    const error = result.ok ? undefined : result.error
    expect(error).toMatchObject({
      code: 'SLUICE_CIRCUIT_OPEN',
      summary: `https://a.test is failing (${reason}); the breaker is open until ${at}`,
    })
    expect(error?.cause).toBe(cause)
  })
})
