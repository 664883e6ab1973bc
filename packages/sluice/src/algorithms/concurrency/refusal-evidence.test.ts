import { describe, expect, it } from 'vitest'
import { RefusalEvidence } from './refusal-evidence.ts'

describe('RefusalEvidence', () => {
  it.each([
    [10, 5, true],
    [10, 6, false],
    [3, 1, true],
    [3, 2, false],
    [1, 1, true],
  ])(
    'when calls were accepted as one of %d in flight, takes a refusal as one of %d for one of the rate: %s',
    (accepted, refused, isForRate) => {
      const evidence = new RefusalEvidence()
      evidence.accept(0, 0, accepted, 1)
      evidence.accept(10_000, 0, 1, 1)
      expect(evidence.isForRate(refused)).toBe(isForRate)
    },
  )

  it('takes a refusal of the only one in flight for one of the rate, whatever has been accepted', () => {
    expect(new RefusalEvidence().isForRate(1)).toBe(true)
    expect(new RefusalEvidence().isForRate(2)).toBe(false)
  })

  it('forgets what was accepted more than 10 s ago', () => {
    const evidence = new RefusalEvidence()
    evidence.accept(0, 0, 100, 1)
    evidence.accept(10_001, 0, 10, 1)
    expect(evidence.isForRate(6)).toBe(false)
  })

  it('counts the rate from one time that calls are let in again to the next', () => {
    const evidence = new RefusalEvidence()
    // A bucket that was full at first: its burst is not informative.
    for (let call = 0; call < 100; call++) evidence.accept(0, 0, 1, 1)
    evidence.refuse(0, 1)
    expect(evidence.accept(20, 20, 1, 1)).toBeUndefined()
    for (let call = 1; call < 25; call++) evidence.accept(20 + call * 20, 20 + call * 20, 1, 1)
    evidence.refuse(510, 1)
    // 25 calls in half a second; the limit opened in the middle of the last 20 ms.
    expect(evidence.accept(530, 530, 1, 1)).toEqual({ accepted: 10, sending: 200, elapsed: 200, wait: 0 })
  })

  it('reports a rate below 1/s as one call in its time', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 1)
    for (let call = 0; call < 20; call++) evidence.accept(1_000, 1_000, 1, 1)
    evidence.refuse(101_000, 1)
    expect(evidence.accept(101_000, 101_000, 1, 1)).toEqual({ accepted: 1, sending: 5_000, elapsed: 5_000, wait: 0 })
  })

  it('counts on over refusals while fewer than 20 were accepted', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 1)
    for (let call = 0; call < 19; call++) evidence.accept(0, 0, 1, 1)
    evidence.refuse(500, 1)
    expect(evidence.accept(500, 500, 1, 1)).toBeUndefined()
    evidence.refuse(1_000, 1)
    expect(evidence.accept(1_000, 1_000, 1, 1)).toMatchObject({ accepted: 10, elapsed: 500 })
  })

  it('does not count what was sent before the refusal as being let in again', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 1)
    for (let call = 0; call < 20; call++) evidence.accept(0, 0, 1, 1)
    evidence.refuse(1_000, 1)
    expect(evidence.accept(1_000, 999, 1, 1)).toBeUndefined()
    expect(evidence.accept(1_100, 1_000, 1, 1)).toBeDefined()
  })

  it('learns nothing from refusals that fewer in flight may help against', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 11)
    for (let call = 0; call < 20; call++) evidence.accept(0, 0, 10, 1)
    evidence.refuse(1_000, 11)
    expect(evidence.accept(1_000, 1_000, 10, 1)).toBeUndefined()
  })

  it('does not count idle time', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 1)
    for (let call = 0; call < 20; call++) evidence.accept(0, 0, 1, 1)
    evidence.rest(60_000)
    evidence.refuse(61_000, 1)
    expect(evidence.accept(61_000, 61_000, 1, 1)).toMatchObject({ accepted: 10, elapsed: 500 })
  })

  it('reports the fastest rate of the last 10 s', () => {
    const evidence = new RefusalEvidence()
    evidence.refuse(0, 2)
    for (let call = 0; call < 40; call++) evidence.accept(0, 0, 2, 1)
    evidence.refuse(1_000, 2)
    for (let call = 0; call < 20; call++) evidence.accept(1_000, 1_000, 2, 1)
    evidence.refuse(2_000, 1)
    expect(evidence.accept(2_000, 2_000, 1, 1)).toMatchObject({ accepted: 10, elapsed: 250 })
  })
})
