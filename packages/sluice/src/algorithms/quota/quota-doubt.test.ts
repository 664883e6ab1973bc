import { describe, expect, it } from 'vitest'
import { type DoubtReport, QuotaDoubt } from './quota-doubt.ts'

const hour = 3_600_000

/** Remaining quota, send time, and whether the request was accepted; the response came 10 ms later. */
function reading(remaining: number, sentAt: number, more: Partial<DoubtReport> = {}): DoubtReport {
  return { limit: 100, remaining, resetAfter: hour, sentAt, wasAccepted: true, ...more }
}

function doubt(...reports: readonly DoubtReport[]): QuotaDoubt {
  const quota = new QuotaDoubt()
  for (const report of reports) quota.report(report.sentAt + 10, report)
  return quota
}

describe('a quota that says that nothing is left', () => {
  it.each<[string, readonly DoubtReport[], number | 'believed']>([
    ['at once: one may try after a second', [reading(0, 0)], 1_010],
    ['when all had left before it was reading', [reading(0, 0), reading(0, 5)], 1_010],
    ['and has reading of more: it is believed', [reading(1, 0), reading(0, 20)], 'believed'],
    ['and has refused: it is believed', [reading(0, 0, { wasAccepted: false })], 'believed'],
    ['though it lets in what was sent then: it is not believed', [reading(0, 0), reading(0, 1_010)], 1_020],
    [
      'until a time that was over then, twice: it is not believed',
      [reading(0, 0, { resetAfter: 0 }), reading(0, 20)],
      30,
    ],
    ['once more, when its time was over', [reading(0, 0), reading(0, hour + 20)], hour + 1_030],
    ['of a limit of 1, which is reading so each time: it is believed', [reading(0, 0, { limit: 1 })], 'believed'],
    ['to another process: it is believed', [reading(0, 0, { wasAccepted: undefined })], 'believed'],
  ])('%s', (_name, reports, expected) => {
    const until = 10 * hour
    expect(doubt(...reports).earliest(reports.at(-1)!.sentAt + 10, until)).toBe(
      expected === 'believed' ? until : expected,
    )
  })

  it('is not believed until it refuses', () => {
    const quota = doubt(reading(0, 0), reading(0, 1_010), reading(0, 2_000), reading(50, 3_000), reading(0, 4_000))
    expect(quota.earliest(5_000, hour)).toBe(5_000)
    quota.report(6_000, reading(0, 5_000, { wasAccepted: false }))
    expect(quota.earliest(6_000, hour)).toBe(hour)
    quota.report(7_000, reading(0, 6_500))
    expect(quota.earliest(7_000, hour)).toBe(hour)
  })

  it('has one probe out at a time', () => {
    const quota = doubt(reading(0, 0))
    quota.take(1_010)
    expect(quota.earliest(1_020, hour)).toBe(61_010)
  })

  it('never waits longer than the quota says', () => {
    expect(doubt(reading(0, 0)).earliest(10, 200)).toBe(200)
  })
})
