import { describe, expect, it } from 'vitest'
import { BodyMemory } from './body-memory.ts'

const mebibyte = 1024 * 1024

describe('BodyMemory', () => {
  it('begins with as many calls as fit of the largest usual body, and adds one with each small answer', () => {
    const memory = new BodyMemory(192 * mebibyte)
    expect(memory.places).toBe(6)
    for (let count = 0; count < 100; count++) memory.saw(500)
    expect(memory.places).toBe(106)
  })

  it('takes fewer at once when large bodies come, and more again when they are long gone', () => {
    let told = 0
    const memory = new BodyMemory(192 * mebibyte, () => told++)
    for (let count = 0; count < 100; count++) memory.saw(500)
    expect(told).toBe(0)
    for (let count = 0; count < 10; count++) memory.saw(9 * mebibyte)
    expect([memory.places, memory.largest, told]).toEqual([7, 9 * mebibyte, 1])
    for (let count = 0; count < 50; count++) memory.saw(500)
    expect(memory.places).toBeGreaterThan(15)
    expect(memory.places).toBeLessThan(25)
    for (let count = 0; count < 500; count++) memory.saw(500)
    expect(memory.places).toBeGreaterThan(500)
  })

  it('lets one call go, however large its body, and all without a limit', () => {
    const small = new BodyMemory(mebibyte)
    expect([small.isFilledBy(0), small.isFilledBy(1_000)]).toEqual([false, false])
    small.saw(9 * mebibyte)
    expect(small.places).toBe(1)
    expect([small.isFilledBy(0), small.isFilledBy(1)]).toEqual([false, true])
    const unlimited = new BodyMemory(Number.POSITIVE_INFINITY)
    unlimited.saw(9 * mebibyte)
    expect(unlimited.places).toBe(Number.POSITIVE_INFINITY)
  })
})
