import { describe, expect, it } from 'vitest'
import type { CachedHead } from './cache-store.ts'
import { mayServeOnError, reuseOf } from './reuse.ts'

const came = Date.UTC(2026, 0, 1)

function kept(cacheControl: string, more: Record<string, string> = {}): CachedHead {
  return { status: 200, headers: { 'cache-control': cacheControl, ...more }, requestTime: came, responseTime: came }
}

/** Action of the cache, in a word, `seconds` after the answer. */
function reused(said: string, asked: Record<string, string>, seconds: number): string {
  const reuse = reuseOf(kept(said), asked, came + seconds * 1_000)
  return reuse.kind === 'serve' ? reuse.how : reuse.kind
}

const asking = (cacheControl: string): Record<string, string> => ({ 'cache-control': cacheControl })

describe('a kept answer', () => {
  it.each<[string, Record<string, string>, number, string]>([
    ['max-age=60', {}, 0, 'fresh'],
    ['max-age=60', {}, 59.999, 'fresh'],
    // Section 4.2: fresh while the lifetime is greater than the age.
    ['max-age=60', {}, 60, 'validate'],
    ['', {}, 0, 'validate'],
    ['max-age=60, no-cache', {}, 1, 'validate'],
    ['max-age=60, no-cache="set-cookie"', {}, 1, 'validate'],
    ['max-age=60, must-revalidate', {}, 59, 'fresh'],
    ['max-age=60, must-revalidate', {}, 60, 'validate'],
    ['max-age=60, private', {}, 1, 'fresh'],
    ['max-age=60, proxy-revalidate, stale-while-revalidate=60', {}, 61, 'serve and refresh'],
    // What the request asks for (section 5.2.1).
    ['max-age=60', asking('no-cache'), 1, 'validate'],
    ['max-age=60', { pragma: 'no-cache' }, 1, 'validate'],
    ['max-age=60', { pragma: 'no-cache', ...asking('max-age=10') }, 1, 'fresh'],
    ['max-age=60', asking('max-age=10'), 10, 'fresh'],
    ['max-age=60', asking('max-age=10'), 11, 'validate'],
    ['max-age=60', asking('max-age=x'), 1, 'validate'],
    ['max-age=60', asking('min-fresh=10'), 49, 'fresh'],
    ['max-age=60', asking('min-fresh=10'), 50, 'validate'],
    ['max-age=60', asking('max-stale'), 100_000, 'stale'],
    ['max-age=60', asking('max-stale=10'), 69, 'stale'],
    ['max-age=60', asking('max-stale=10'), 70, 'validate'],
    ['max-age=60, must-revalidate', asking('max-stale'), 60, 'validate'],
    ['max-age=60, no-cache', asking('max-stale'), 1, 'validate'],
    // RFC 5861 section 3.
    ['max-age=60, stale-while-revalidate=30', {}, 59, 'fresh'],
    ['max-age=60, stale-while-revalidate=30', {}, 60, 'serve and refresh'],
    ['max-age=60, stale-while-revalidate=30', {}, 89, 'serve and refresh'],
    ['max-age=60, stale-while-revalidate=30', {}, 90, 'validate'],
    ['max-age=60, stale-while-revalidate=30, must-revalidate', {}, 60, 'validate'],
    ['max-age=60, stale-while-revalidate=30', asking('max-age=5'), 60, 'validate'],
  ])('that says %o, asked with %o after %d s: %s', (said, asked, seconds, expected) => {
    expect(reused(said, asked, seconds)).toBe(expected)
  })

  it.each<[string, Record<string, string>, number, boolean]>([
    ['max-age=60', {}, 61, false],
    ['max-age=60, stale-if-error=30', {}, 60, true],
    ['max-age=60, stale-if-error=30', {}, 89, true],
    ['max-age=60, stale-if-error=30', {}, 90, false],
    ['max-age=60, stale-if-error=30, must-revalidate', {}, 61, false],
    ['max-age=60, stale-if-error=30, no-cache', {}, 61, false],
    ['max-age=60, stale-if-error=30', asking('no-cache'), 61, false],
    ['max-age=60', asking('stale-if-error=30'), 61, true],
    ['max-age=60, stale-if-error=300', asking('stale-if-error=0'), 61, false],
  ])('that says %o, asked with %o after %d s, does in trouble: %s', (said, asked, seconds, expected) => {
    expect(mayServeOnError(kept(said), asked, came + seconds * 1_000)).toBe(expected)
  })
})
