import { describe, expect, it } from 'vitest'
import { SettingsError } from '../errors/settings-error.ts'
import { errorsOf } from './benchmark.ts'
import type { Round, Sample } from './round.ts'

function round(samples: readonly Partial<Sample>[]): Round {
  return { samples } as Round
}

const refused = { ok: false, error: new SettingsError('no') }

describe('the errors of a benchmark', () => {
  it('are counted by code, status and message over all rounds, the most frequent first', () => {
    const rounds = [
      round([{ ok: true, status: 200 }, { ok: false, status: 302 }, refused]),
      round([refused, { ...refused, status: 400 }]),
    ]
    expect(errorsOf(rounds)).toEqual([
      { code: 'SLUICE_SETTINGS', message: 'no', count: 2 },
      {
        code: 'SLUICE_REDIRECT_REFUSED',
        status: 302,
        message: '302: a redirect, and those are not followed here',
        count: 1,
      },
      { code: 'SLUICE_SETTINGS', status: 400, message: 'no', count: 1 },
    ])
  })

  it('are bounded: messages that are all different are counted together from the twenty-first on', () => {
    const samples = Array.from({ length: 30 }, (_, index) => ({ ok: false, error: new SettingsError(`no ${index}`) }))
    const errors = errorsOf([round(samples)])
    expect(errors).toHaveLength(21)
    expect(errors[0]).toEqual({ code: 'SLUICE_SETTINGS', message: 'other messages', count: 10 })
  })
})
