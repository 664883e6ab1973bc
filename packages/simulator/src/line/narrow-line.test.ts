import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NarrowLine, type Slice } from './narrow-line.ts'

interface NamedSlice extends Slice {
  readonly name: string
}

/** Slices that pass from `now` on until none waits, observed at exact times. */
function passing(line: NarrowLine<NamedSlice>): [string, number][] {
  const seen: [string, number][] = []
  for (let at = line.passesAt; at !== undefined; at = line.passesAt) seen.push([line.takePassed(at)!.name, at])
  return seen
}

/** A response of a property test: requests its next slice as soon as one has passed. */
interface Flow {
  readonly sizes: readonly number[]
  passed: number
}

/** Bytes and times of passing, observed `lateness` milliseconds late. */
function run(speed: number, flows: readonly Flow[], lateness: () => number): { bytes: number; at: number }[] {
  const line = new NarrowLine<Slice & { readonly flow: Flow }>(speed)
  const ask = (flow: Flow, askedAt: number) => {
    const bytes = flow.sizes[flow.passed]
    if (bytes !== undefined) line.ask({ flow, bytes, askedAt })
  }
  for (const flow of flows) ask(flow, 0)
  const seen: { bytes: number; at: number }[] = []
  for (let now = line.passesAt; now !== undefined; now = line.passesAt) {
    now = Math.max(now + lateness(), seen.at(-1)?.at ?? 0)
    for (let slice = line.takePassed(now); slice !== undefined; slice = line.takePassed(now)) {
      seen.push({ bytes: slice.bytes, at: now })
      slice.flow.passed++
      ask(slice.flow, line.freeAt)
    }
  }
  return seen
}

const someFlows = fc
  .array(fc.array(fc.integer({ min: 1, max: 16_000 }), { maxLength: 8 }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((sizes): Flow => ({ sizes, passed: 0 })))
const someSpeed = fc.integer({ min: 1, max: 10_000_000 })

describe('NarrowLine', () => {
  it('lets one slice pass at a time, in the order in which they asked, for as long as its bytes take', () => {
    const line = new NarrowLine<NamedSlice>(1_000_000)
    line.ask({ name: 'a', bytes: 16_000, askedAt: 100 })
    line.ask({ name: 'b', bytes: 500, askedAt: 101 })
    line.ask({ name: 'c', bytes: 1_000, askedAt: 102 })
    expect(line.takePassed(115.9)).toBeUndefined()
    expect(passing(line)).toEqual([
      ['a', 116],
      ['b', 116.5],
      ['c', 117.5],
    ])
  })

  it('saves nothing up while nobody sends', () => {
    const line = new NarrowLine<NamedSlice>(1_000)
    line.ask({ name: 'a', bytes: 10, askedAt: 0 })
    expect(passing(line)).toEqual([['a', 10]])
    line.ask({ name: 'b', bytes: 10, askedAt: 5_000 })
    expect(passing(line)).toEqual([['b', 5_010]])
  })

  it('lets the others pass in the place of one who waits and gives up', () => {
    const line = new NarrowLine<NamedSlice>(1_000)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, bytes: 10, askedAt: 0 }))
    for (const slice of [a!, b!, c!]) line.ask(slice)
    line.giveUp(b!, 5)
    line.giveUp(b!, 6)
    expect(passing(line)).toEqual([
      ['a', 10],
      ['c', 20],
    ])
    line.giveUp(a!, 30)
    expect(line.passesAt).toBeUndefined()
  })

  it('is free from the moment on at which the slice on its way is abandoned', () => {
    const line = new NarrowLine<NamedSlice>(1_000)
    const a = { name: 'a', bytes: 10, askedAt: 0 }
    line.ask(a)
    line.ask({ name: 'b', bytes: 10, askedAt: 0 })
    line.giveUp(a, 4)
    expect(passing(line)).toEqual([['b', 14]])
  })

  it('makes up for up to 10 ms that were noticed late', () => {
    const line = new NarrowLine<NamedSlice>(1_000)
    for (const name of ['a', 'b', 'c']) line.ask({ name, bytes: 4, askedAt: 0 })
    expect(line.takePassed(9)?.name).toBe('a')
    expect(line.freeAt).toBe(4)
    expect(line.takePassed(9)?.name).toBe('b')
    expect(line.passesAt).toBe(12)
    expect(line.takePassed(1_000)?.name).toBe('c')
    expect(line.freeAt).toBe(990)
  })

  it('loses no slice, and is busy until the last one has passed', () => {
    fc.assert(
      fc.property(someSpeed, someFlows, (speed, flows) => {
        const seen = run(speed, flows, () => 0)
        const bytes = flows.flatMap(({ sizes }) => sizes).reduce((sum, size) => sum + size, 0)
        expect(flows.map(({ passed }) => passed)).toEqual(flows.map(({ sizes }) => sizes.length))
        expect(seen.at(-1)?.at ?? 0).toBeCloseTo((bytes * 1_000) / speed, 3)
      }),
    )
  })

  it('lets no more pass in any time than it carries, but for one slice and what is caught up with', () => {
    fc.assert(
      fc.property(someSpeed, someFlows, fc.array(fc.nat({ max: 50 }), { minLength: 1 }), (speed, flows, latenesses) => {
        let looks = 0
        const seen = run(speed, flows, () => latenesses[looks++ % latenesses.length]!)
        for (const [first, { at: from }] of seen.entries()) {
          let bytes = 0
          for (const { at, bytes: more } of seen.slice(first)) {
            bytes += more
            expect(bytes).toBeLessThanOrEqual(((at - from + 10) * speed) / 1_000 + 16_000 + 1e-3)
          }
        }
      }),
    )
  })

  it('keeps those who always have more to send within one slice of each other', () => {
    fc.assert(
      fc.property(someSpeed, fc.integer({ min: 2, max: 8 }), (speed, count) => {
        const flows = Array.from({ length: count }, (): Flow => ({ sizes: Array(20).fill(16_000), passed: 0 }))
        let apart = 0
        run(speed, flows, () => {
          const passed = flows.map((flow) => flow.passed)
          apart = Math.max(apart, Math.max(...passed) - Math.min(...passed))
          return 0
        })
        expect(apart).toBe(1)
      }),
    )
  })

  it('loses none of the slices that stay when others give up', () => {
    fc.assert(
      fc.property(
        someSpeed,
        fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 16_000 }), stays: fc.boolean() }), { minLength: 1 }),
        (speed, slices) => {
          const line = new NarrowLine<NamedSlice>(speed)
          const named = slices.map(({ bytes }, index) => ({ name: String(index), bytes, askedAt: 0 }))
          for (const slice of named) line.ask(slice)
          for (const [index, { stays }] of slices.entries()) if (!stays) line.giveUp(named[index]!, 0)
          const stayed = named.filter((_, index) => slices[index]!.stays).map(({ name }) => name)
          expect(passing(line).map(([name]) => name)).toEqual(stayed)
        },
      ),
    )
  })
})
