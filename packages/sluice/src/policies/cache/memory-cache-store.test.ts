import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryCacheStore } from './memory-cache-store.ts'

const entry = (bytes: number) => ({ facts: '', body: new Uint8Array(bytes) })

describe('memoryCacheStore', () => {
  it('evicts the least recently used entries first', () => {
    const store = memoryCacheStore({ maxBytes: 306 })
    store.set('a', entry(100))
    store.set('b', entry(100))
    store.set('c', entry(100))
    store.get('a')
    store.set('d', entry(100))
    expect(['a', 'b', 'c', 'd'].filter((key) => store.get(key) !== undefined)).toEqual(['a', 'c', 'd'])
    expect(store.size).toBe(306)
  })

  it('does not take what is larger than all it may keep, and keeps the rest', () => {
    const store = memoryCacheStore({ maxBytes: 250 })
    store.set('a', entry(100))
    store.set('b', entry(100))
    store.set('a', entry(1_000))
    expect([store.get('a'), store.get('b')]).toEqual([undefined, entry(100)])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses maxBytes %o', (maxBytes) => {
    expect(() => memoryCacheStore({ maxBytes })).toThrow('maxBytes: expected a whole number')
  })

  it('is within its bounds, counts what it has, and has what was used last, whatever is done to it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const step = fc.oneof(
      fc.record({ verb: fc.constant('set' as const), key, bytes: fc.integer({ min: 0, max: 120 }) }),
      fc.record({ verb: fc.constant('get' as const), key, bytes: fc.constant(0) }),
      fc.record({ verb: fc.constant('delete' as const), key, bytes: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 300 }), (steps, maxBytes) => {
        const store = memoryCacheStore({ maxBytes })
        // A list is the model: the last used at its end.
        let model: { key: string; size: number }[] = []
        for (const { verb, key, bytes } of steps) {
          const known = model.find((item) => item.key === key)
          model = model.filter((item) => item !== known)
          if (verb === 'set') {
            store.set(key, entry(bytes))
            const size = 2 + bytes
            if (size <= maxBytes) model.push({ key, size })
            while (model.reduce((sum, item) => sum + item.size, 0) > maxBytes) model.shift()
          } else if (verb === 'delete') store.delete(key)
          else {
            expect(store.get(key) !== undefined).toBe(known !== undefined)
            if (known !== undefined) model.push(known)
          }
          expect(store.size).toBe(model.reduce((sum, item) => sum + item.size, 0))
          expect(store.size).toBeLessThanOrEqual(maxBytes)
        }
      }),
    )
  })
})
