import { describe, expect, it } from 'vitest'
import { placedItem } from './placed-item.ts'

const circle: { self?: unknown } = {}
circle.self = circle

describe('an item of a stored run', () => {
  it.each([
    ['a circle', circle, /circular/],
    ['a symbol', Symbol('m'), /it is of type symbol/],
    ['a function', () => 1, /it is of type function/],
    ['more levels than can be read again', JSON.parse('['.repeat(1_001) + ']'.repeat(1_001)) as unknown, /1000 levels/],
  ])('is refused and never sent if its meta data cannot be kept: %s', (_, meta, message) => {
    const item = placedItem({ request: { url: 'https://a.test/', id: 'a', meta } }, 7, undefined)
    expect(item).toEqual({ id: 'a', index: 7, error: expect.anything() })
    expect(item).toMatchObject({ error: { code: 'SLUICE_BAD_INPUT', message: expect.stringMatching(message) } })
  })

  it('is sent unchanged with meta data that can be kept, bigint included', () => {
    const request = { url: 'https://a.test/', meta: { row: 1n } }
    expect(placedItem({ request }, 0, undefined)).toEqual({ request, index: 0 })
  })
})
