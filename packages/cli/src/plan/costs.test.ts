import { JsonNumber } from 'sluice'
import { describe, expect, it } from 'vitest'
import { amounts } from '../flags/amounts.ts'
import { compileRowTemplates } from '../inputs/row-templates.ts'
import { costColumns, resolveCosts } from './costs.ts'

const answer = (value: unknown) => ({
  request: undefined as never,
  status: 200,
  headers: { 'x-cost': '7' },
  events: [],
  value,
})

describe('amounts', () => {
  it.each([
    [['tokens=5M'], { tokens: 5_000_000 }],
    [['tokens=1.5k,usd=2.50'], { tokens: 1_500, usd: 2.5 }],
    [['requests=10', 'tokens=0'], { requests: 10, tokens: 0 }],
  ])('of %j are %j', (lists, expected) => {
    expect(amounts(lists, '--budget')).toEqual(expected)
  })

  it.each(['tokens', 'tokens=', '=5', 'tokens=-1', 'tokens=1e9', 'to kens=1', 'tokens=5m'])('refuse %j', (text) => {
    expect(() => amounts([text], '--budget')).toThrow(/^--budget: expected /)
  })
})

describe('costs of the command', () => {
  it('are numbers for each request, and columns of each row', () => {
    const flags = { cost: ['tokens=prompt_tokens,usd=0.01'] }
    expect(resolveCosts(flags).cost?.(undefined as never)).toEqual({ usd: 0.01 })
    expect(costColumns(flags)).toEqual([['tokens', 'prompt_tokens']])
  })

  it('are read from a response by an expression, also where JSON keeps its digits', () => {
    const { actualCost } = resolveCosts({
      actualCost: ['tokens=data.usage.total, points=data.cost', 'n=length(data.list)'],
    })
    expect(actualCost?.(answer({ usage: { total: 812 }, cost: new JsonNumber('1.50'), list: [1, 2] }))).toEqual({
      tokens: 812,
      points: 1.5,
      n: 2,
    })
    expect(actualCost?.(answer({ usage: { total: 'many' } }))).toEqual({})
    expect(actualCost?.(answer(undefined))).toEqual({})
  })

  it('of a row cost only its own item where they are no numbers', () => {
    const { fill } = compileRowTemplates({ costs: [['tokens', 'n']] })
    expect(fill(() => '120')).toEqual({ cost: { tokens: 120 } })
    expect(fill(() => 120, { cost: { tokens: 5, usd: 1 } })).toEqual({ cost: { tokens: 5, usd: 1 } })
    for (const value of ['', 'many', '-1', 'Infinity', null]) {
      expect(() => fill(() => value)).toThrow('"n": is no cost in tokens; expected a number from 0 up')
    }
  })
})
