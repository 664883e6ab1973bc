import { describe, expect, it } from 'vitest'
import type { CallResult } from '../client/result.ts'
import { UnderWay } from './under-way.ts'

const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }
const circle: { self?: unknown } = {}
circle.self = circle

describe('an item on its way', () => {
  it.each([
    ['a circle', circle, /circular/],
    ['more levels than can be read again', JSON.parse('['.repeat(1_001) + ']'.repeat(1_001)) as unknown, /1000 levels/],
  ])('is refused and never sent if its meta data cannot be kept: %s', (_, meta, message) => {
    const underWay = new UnderWay(undefined)
    const request = underWay.give({ index: 7, item: { request: { url: 'https://a.test/', id: 'a', meta } } })
    expect(request).toEqual({ url: 'about:invalid', id: 'a' })
    const refused: CallResult = { ok: false, index: 0, id: 'a', attempts: [], timing, error: new Error('no URL') }
    expect(underWay.restore(refused)).toMatchObject({
      index: 7,
      error: { code: 'SLUICE_BAD_INPUT', message: expect.stringMatching(message) },
    })
  })

  it('is sent as it is with meta data that can be kept, bigint included', () => {
    const request = { url: 'https://a.test/', meta: { row: 1n } }
    expect(new UnderWay(undefined).give({ index: 0, item: { request } })).toBe(request)
  })
})
