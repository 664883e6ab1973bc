import { describe, expect, it } from 'vitest'
import type { CachedHead } from './cache-store.ts'
import { currentAge, freshnessLifetime } from './freshness.ts'

const came = Date.UTC(2026, 0, 1, 12, 0, 0)
const httpDate = (seconds: number): string => new Date(came + seconds * 1_000).toUTCString()

function kept(headers: Record<string, string>, more: Partial<CachedHead> = {}): CachedHead {
  return { status: 200, headers, requestTime: came, responseTime: came, ...more }
}

describe('the lifetime of a response (RFC 9111 section 4.2.1)', () => {
  it.each<[string, Record<string, string>, number]>([
    ['max-age', { 'cache-control': 'max-age=60' }, 60],
    ['max-age, before Expires', { 'cache-control': 'max-age=60', expires: httpDate(600), date: httpDate(0) }, 60],
    ['max-age that is invalid, though Expires is not', { 'cache-control': 'max-age=x', expires: httpDate(600) }, 0],
    ['not s-maxage, which is for shared caches', { 'cache-control': 's-maxage=60' }, 0],
    ['max-age, whatever s-maxage says', { 'cache-control': 's-maxage=600, max-age=60' }, 60],
    ['max-age beyond all bounds', { 'cache-control': 'max-age=99999999999999' }, 2_147_483_648],
    ['Expires from Date', { expires: httpDate(90), date: httpDate(30) }, 60],
    ['Expires from when it came, without a Date', { expires: httpDate(90) }, 90],
    ['Expires from when it came, with a Date that is none', { expires: httpDate(90), date: 'today' }, 90],
    ['Expires before Date', { expires: httpDate(0), date: httpDate(30) }, 0],
    ['Expires "0"', { expires: '0', 'last-modified': httpDate(-1_000) }, 0],
    ['Expires "-1"', { expires: '-1' }, 0],
    ['Expires twice', { expires: `${httpDate(90)}, ${httpDate(90)}` }, 0],
    ['Expires in an old form', { expires: 'Thursday, 01-Jan-26 12:01:30 GMT' }, 90],
    ['a tenth of the time since the last change', { 'last-modified': httpDate(-1_000), date: httpDate(0) }, 100],
    ['a day at most of that', { 'last-modified': httpDate(-86_400 * 100) }, 86_400],
    ['nothing of a change that is yet to come', { 'last-modified': httpDate(1_000) }, 0],
    ['nothing at all', {}, 0],
  ])('is that of %s', (_, headers, seconds) => {
    expect(freshnessLifetime(kept(headers))).toBe(seconds * 1_000)
  })

  it('is guessed only for statuses that allow it, or where the response is public', () => {
    const headers = { 'last-modified': httpDate(-1_000) }
    const lifetimes = [200, 203, 204, 300, 301, 308, 302, 307].map((status) =>
      freshnessLifetime(kept(headers, { status })),
    )
    expect(lifetimes).toEqual([100_000, 100_000, 100_000, 100_000, 100_000, 100_000, 0, 0])
    expect(freshnessLifetime(kept({ ...headers, 'cache-control': 'public' }, { status: 302 }))).toBe(100_000)
  })
})

describe('the age of a response (RFC 9111 section 4.2.3)', () => {
  it.each<[string, Record<string, string>, Partial<CachedHead>, number, number]>([
    ['the time since it came', {}, {}, 30, 30],
    ['that, and what it had when it came', { age: '100' }, {}, 30, 130],
    ['that, and the time it took', { age: '100' }, { requestTime: came - 5_000 }, 30, 135],
    ['the time it took, without an Age', {}, { requestTime: came - 5_000 }, 30, 35],
    ['the time since its Date', { date: httpDate(-50) }, {}, 30, 80],
    ['the greater of the two', { date: httpDate(-50), age: '40' }, { requestTime: came - 20_000 }, 0, 60],
    ['nothing of a Date that is yet to come', { date: httpDate(50) }, {}, 30, 30],
    ['the first Age of several', { age: '7, 100' }, {}, 0, 7],
    ['nothing of an Age that is none', { age: '-7' }, {}, 1, 1],
    ['nothing of an Age with a fraction', { age: '7.5' }, {}, 1, 1],
    ['what it was when it came, after a clock was set back', { age: '100' }, {}, -3_600, 100],
  ])('is %s', (_, headers, more, later, seconds) => {
    expect(currentAge(kept(headers, more), came + later * 1_000)).toBe(seconds * 1_000)
  })
})
