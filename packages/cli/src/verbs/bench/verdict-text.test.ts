import { describe, expect, it } from 'vitest'
import { exampleBenchmark, exampleRow } from '../../../test/example-benchmark.ts'
import { nextCommands, verdictText } from './verdict-text.ts'

const plain = { colour: false, ascii: true }

describe('the verdict', () => {
  it('says what is best, how much faster, what limits it and why, what failed, and what to type next', () => {
    const errors = Array.from({ length: 7 }, (_, index) => ({
      code: 'SLUICE_SERVER_ERROR',
      status: 503,
      message: `503 number\u001b[2J ${index}`,
      count: 1_000 - index,
    }))
    const report = exampleBenchmark({ errors, notes: ['20 or more at once: not tried'] })
    expect(verdictText(report, ['sluice fetch URL -c 10'], 80, plain)).toMatchInlineSnapshot(`
      "  sweet spot  10 at once: 9.6 times as fast as one after another, 48.0
                    requests/s, 95 % within 212 ms
        limited by  the capacity of the API: the API processes about 10 at once, and
                    the others wait there
        errors      1,000 x SLUICE_SERVER_ERROR 503 number 0
                    999 x SLUICE_SERVER_ERROR 503 number 1
                    998 x SLUICE_SERVER_ERROR 503 number 2
                    997 x SLUICE_SERVER_ERROR 503 number 3
                    996 x SLUICE_SERVER_ERROR 503 number 4
                    and 2 other kinds
        note        20 or more at once: not tried
        next        sluice fetch URL -c 10
      "
    `)
  })

  it('says so if nothing succeeded', () => {
    const { sweetSpot: _, ...report } = exampleBenchmark({ limitedBy: 'unknown', evidence: 'no request succeeded' })
    expect(verdictText(report, [], 80, plain)).toContain('none: no request succeeded')
  })

  it('says so if one at a time is best, and how much of it failed', () => {
    const rows = [exampleRow({ mode: 'reused', concurrency: 1, speedup: 1.3, throttled: 2, errors: 1 })]
    const text = verdictText(exampleBenchmark({ rows, sweetSpot: 1 }), [], 200, plain)
    expect(text).toContain('one at a time over one connection: 1.3 times as fast as with a new connection for each')
    expect(text).toContain('3 of its 150 requests failed or were refused')
  })
})

describe('what to type next', () => {
  const flags = { glob: true, auto: true }
  const options = {
    urls: ['https://api.example/items/[1-50]'],
    flags,
    profile: undefined,
    redact: (text: string) => text,
  }

  it('is the same requests with the best number at once', () => {
    expect(nextCommands(exampleBenchmark(), options)).toEqual([`sluice fetch 'https://api.example/items/[1-50]' -c 10`])
  })

  it('is the profile if there is one', () => {
    expect(nextCommands(exampleBenchmark(), { ...options, profile: 'items' })[0]).toMatch(/ --profile items$/)
  })

  it('is a benchmark with more at once where that still helps, with as many requests as that needs', () => {
    const report = exampleBenchmark({ limitedBy: 'concurrency', sweetSpot: 20 })
    const commands = nextCommands(report, { ...options, flags: { ...flags, yes: true } })
    expect(commands[1]).toBe(`sluice bench 'https://api.example/items/[1-50]' --levels 20,40,80 -n 80 --yes`)
    expect(nextCommands(exampleBenchmark({ limitedBy: 'concurrency' }), options)).toHaveLength(1)
  })

  it('takes over how the requests are made, and no secret that was typed', () => {
    const commands = nextCommands(exampleBenchmark(), {
      urls: ['https://api.example/?key=geheim'],
      flags: {
        glob: false,
        auto: true,
        quiet: 1,
        count: '9',
        method: 'POST',
        header: ['X-Api-Key: geheim', 'X-Api-Key: env:KEY', "X-Note: it's"],
        auth: ['bearer:geheim'],
        http2: true,
        input: ['more.txt'],
      },
      profile: undefined,
      redact: (text) => text.replaceAll('geheim', '***'),
    })
    expect(commands).toEqual([
      `sluice fetch 'https://api.example/?key=***' -i more.txt --no-glob -X POST -H … -H 'X-Api-Key: env:KEY' ` +
        `-H 'X-Note: it'\\''s' --auth … --http2 -c 10`,
    ])
  })

  it('has the rate that was found where a rate is the limit, unless one was given', () => {
    const report = exampleBenchmark({ limitedBy: 'rate-limit' })
    expect(nextCommands(report, options)[0]).toMatch(/ -c 10 --rate 48\/s$/)
    expect(nextCommands(report, { ...options, flags: { ...flags, rate: ['9/s'] } })[0]).toMatch(/ --rate 9\/s -c 10$/)
    const slow = report.rows.map((row) => ({ ...row, rps: 0.5 }))
    expect(nextCommands({ ...report, rows: slow }, options)[0]).toMatch(/ --rate 30\/min$/)
  })

  it('is nothing if nothing succeeded', () => {
    const { sweetSpot: _, ...report } = exampleBenchmark()
    expect(nextCommands(report, options)).toEqual([])
  })
})
