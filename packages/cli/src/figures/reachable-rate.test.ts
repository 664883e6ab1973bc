import type { ClientOptions, SluiceEvent } from 'sluice'
import { parseRate } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { reachableRate } from './reachable-rate.ts'

function saidAfter(
  answers: readonly { readonly duration: number; readonly partition?: string }[],
  rates: readonly string[],
  options: Pick<ClientOptions, 'concurrency'> = {},
): string[] {
  const said: string[] = []
  const rate = rates.map((text) => parseRate('', text))
  const listen = reachableRate({ rate, ...options, onUnreachable: (text) => said.push(text) })
  for (const { duration, partition = 'https://a.test' } of answers)
    listen({ type: 'attempt.settled', verdict: 'success', duration, request: { partition } } as unknown as SluiceEvent)
  return said
}

const answers = (duration: number, count = 60) => Array.from({ length: count }, () => ({ duration }))

describe('a rate that cannot be reached', () => {
  it('is reported once, after twenty answers, with the concurrency that it needs', () => {
    expect(saidAfter(answers(200), ['150/s'])).toEqual([
      '--rate 150/s cannot be reached with --concurrency 10: a response takes 200 ms, so about 50 requests a second are possible; use --concurrency 30 or more',
    ])
    expect(saidAfter(answers(200, 19), ['150/s'])).toEqual([])
  })

  it('is not reported if it can be reached, or if nothing is known about it', () => {
    expect(saidAfter(answers(200), ['50/s'])).toEqual([])
    expect(saidAfter(answers(200), ['150/s', '100/min'])).toEqual([])
    expect(saidAfter(answers(200), ['150/s'], { concurrency: 40 })).toEqual([])
    expect(saidAfter(answers(200), ['150/s'], { concurrency: 'auto' })).toEqual([])
    expect(saidAfter(answers(200), ['1000 tokens/s'])).toEqual([])
    expect(saidAfter(answers(200), [])).toEqual([])
    const twoHosts = answers(200).map((one, index) => ({ ...one, partition: `https://${index % 2}.test` }))
    expect(saidAfter(twoHosts, ['150/s'])).toEqual([])
  })
})
