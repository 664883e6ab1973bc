import { describe, expect, it } from 'vitest'
import { parseCacheControl } from './cache-control.ts'
import { parseHttpDate } from './http-date.ts'
import { parseLinkHeader } from './link-header.ts'
import { parseProblem } from './problem-details.ts'
import { parseRateLimit } from './rate-limit/parse-rate-limit.ts'
import { redactUrl } from './redact.ts'
import { refusalWords } from './refusal-words.ts'
import { isJsonType } from './response.ts'
import { quotaHint, retryHint } from './retry-hint.ts'

const body = new Uint8Array()
const now = Date.UTC(2026, 0, 1)

/** All functions that parse text of a server. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  redactUrl,
  isJsonType,
  parseCacheControl,
  parseHttpDate: (text) => parseHttpDate(text, now),
  parseLinkHeader: (text) => parseLinkHeader(text, { url: 'https://a.test/' }),
  parseProblem: (text) => parseProblem({ status: 400, headers: { 'content-type': text }, body }),
  retryHint: (text) => retryHint({ 'retry-after': text, date: text }, now),
  quotaHint: (text) => quotaHint({ 'x-ratelimit-reset': text, 'x-ratelimit-remaining': '0' }, now),
  refusalWords: (text) => refusalWords({ status: 403, headers: {}, body: new TextEncoder().encode(text) }),
  parseRateLimit: (text) => parseRateLimit({ ratelimit: text, 'ratelimit-policy': text }, { now }),
  'parseRateLimit of vendors': (text) =>
    parseRateLimit({ 'x-ratelimit-limit': text, 'x-ratelimit-remaining': text, 'x-ratelimit-reset': text }, { now }),
}

const pieces =
  '?| |?a|a|0|;|&|=|@|/|\\|:|://|%|%40|%25|#|?token=|%2540=|,|"|\\"|a="\\" |a="\\",|<|<>|<a>;|;a=|(|)|{|-|.|?k=abcd|&k=abcd|é'.split(
    '|',
  )
const begins = ['', 'http://', 'http://a:b', '<', 'a="', '"', '?token=']
const ends = ['', '/@', '=', '!']

describe('text of a server', () => {
  it.each(Object.keys(readers))('is read by %s in time in proportion to its length', { timeout: 60_000 }, (name) => {
    for (const piece of pieces) {
      for (const begin of begins) {
        for (const end of ends) {
          const text = begin + piece.repeat(100_000 / piece.length) + end
          const before = process.cpuUsage()
          readers[name]!(text)
          expect(process.cpuUsage(before).user / 1_000, JSON.stringify([begin, piece, end])).toBeLessThan(1_000)
        }
      }
    }
  })
})
