import { describe, expect, it } from 'vitest'
import { ValueKinds } from './value-kinds.ts'

describe('ValueKinds', () => {
  it.each([
    [[], 'text'],
    [[null, undefined], 'text'],
    [[true, false], 'boolean'],
    [[1, -2], 'integer'],
    [[2 ** 53 - 1], 'integer'],
    [[2 ** 53], 'real'],
    [[1, 0.5, null], 'real'],
    [['a', ''], 'text'],
    [[{}], 'json'],
    [[[]], 'json'],
    [[1, '1'], 'json'],
    [['a', {}], 'json'],
    [[true, 1], 'json'],
    [[true, 1, 0.5], 'json'],
  ])('of %j is %s', (values, kind) => {
    const kinds = new ValueKinds()
    for (const value of values) kinds.see(value)
    expect(kinds.kind).toBe(kind)
  })
})
