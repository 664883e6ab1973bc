import type { SharedLimits } from 'sluice'
import { Cancellation, type SharedSignal, waitFor as sleepOn, systemClock } from 'sluice/internal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** Shared limits under test, in real time. */
export interface LimitsUnderTest {
  /** The part of another process. */
  join(name: string): SharedLimits
  close(): Promise<void>
}

const sleep = (time: number): Promise<boolean> => sleepOn(systemClock, time, new Cancellation())
const none = { inFlight: 0, holding: 0, wanted: 0 }

/** Contract of shared limits, for every store. */
export function sharedLimitsContract(name: string, make: () => Promise<LimitsUnderTest>): void {
  describe(`shared limits ${name}`, () => {
    let limits: LimitsUnderTest
    let joined: SharedLimits[]
    const join = (member: string): SharedLimits => {
      const shared = limits.join(member)
      joined.push(shared)
      return shared
    }

    beforeEach(async () => {
      joined = []
      limits = await make()
    })
    afterEach(async () => {
      for (const shared of joined) await shared.close()
      await limits.close()
    })

    it('never grant two permits of a rate closer than its gap, whichever process asks', async () => {
      const rate = { count: 100, per: 1_000 }
      const sources = ['a', 'b', 'c', 'd'].map((member) => join(member).permits('api 100/s', rate, 1))
      const grants = (await Promise.all([3, 1, 10, 2, 7].flatMap((k) => sources.map((one) => one.reserve(k))))).flat()

      const instants = grants
        .flatMap(({ units, startsAt, gap }) => Array.from({ length: units }, (_, index) => startsAt + index * gap))
        .sort((a, b) => a - b)
      expect(instants).toHaveLength(92)
      expect(grants.every(({ startsAt, at }) => startsAt >= at - 0.01)).toBe(true)
      for (const [index, at] of instants.entries()) {
        if (index > 0) expect(at - instants[index - 1]!).toBeGreaterThan(9.99)
      }
    })

    it('grant permits of several rates for the same instants, as far apart as the slowest allows', async () => {
      const wishes = [
        { subject: 'api', rate: { count: 10, per: 1_000 }, burst: 1, units: 1 },
        { subject: 'api', rate: { count: 300, per: 60_000 }, burst: 1, units: 1 },
        { subject: 'api', rate: { count: 40, per: 1_000, unit: 'tokens' }, burst: 1, units: 10 },
      ]
      const [a, b] = ['a', 'b'].map((member) => join(member))
      const grants = [await a!.reserve(wishes, 3), await b!.reserve(wishes, 2)]
      const perCall = grants.flatMap((each) => each.map(({ gap }, index) => gap * wishes[index]!.units))
      for (const distance of perCall) expect(distance).toBeCloseTo(255, 5)
      for (const each of grants) expect(new Set(each.map(({ startsAt }) => startsAt)).size).toBe(1)
      expect(grants[1]![0]!.startsAt - grants[0]![0]!.startsAt).toBeGreaterThanOrEqual(3 * 255 - 0.01)
    })

    it('take nothing of a rate while a quota beside it is used up', async () => {
      const rate = { subject: 'api', rate: { count: 10, per: 1_000 }, burst: 1, units: 1 }
      const quota = { subject: 'api', rate: { count: 4, per: 3_600_000 }, burst: 1, units: 1 }
      const shared = join('a')
      const given = [await shared.reserve([rate, quota], 3), await shared.reserve([rate, quota], 3)]
      expect(given.map((each) => each.map(({ units }) => units))).toEqual([
        [3, 3],
        [1, 1],
      ])
      const refused = await shared.reserve([rate, quota], 1)
      expect(refused.map(({ units }) => units)).toEqual([0, 0])
      expect(refused[0]!.startsAt - refused[0]!.at).toBeGreaterThan(3_600_000)
      const [next] = await shared.reserve([rate], 1)
      // On a busy machine the answer is expected up to a second late.
      expect(next!.startsAt - Math.max(next!.at, given[0]![0]!.startsAt + 4 * 102)).toBeLessThan(1_010)
    })

    it('take unused permits back, unless others have followed them', async () => {
      const wish = { subject: 'api', rate: { count: 2, per: 1_000 }, burst: 1, units: 1 }
      const [a, b] = ['a', 'b'].map((member) => join(member))
      const [first] = await a!.reserve([wish], 3)
      const unused = { until: first!.startsAt + 3 * first!.gap, units: 2 }
      const [second] = await a!.reserve([{ ...wish, unused }], 1)
      expect(second!.startsAt - first!.startsAt).toBeCloseTo(first!.gap, 1)
      const [third] = await b!.reserve([wish], 1)
      expect(third!.startsAt - second!.startsAt).toBeCloseTo(first!.gap, 1)
      const late = { until: second!.startsAt + second!.gap, units: 1 }
      const [fourth] = await a!.reserve([{ ...wish, unused: late }], 1)
      expect(fourth!.startsAt - third!.startsAt).toBeCloseTo(first!.gap, 1)
    })

    it('grant no permit within the time that one has no use for', async () => {
      const wish = { subject: 'api', rate: { count: 2, per: 1_000 }, burst: 1, units: 1 }
      const [a, b] = ['a', 'b'].map((member) => join(member))
      await a!.reserve([wish], 1)
      const [second] = await b!.reserve([{ ...wish, after: 2_000 }], 1)
      expect(second!.startsAt - second!.at).toBeGreaterThan(1_999)
    })

    it('put off what is not granted yet for a late send, as far as its window needs it, and once', async () => {
      const wish = { subject: 'api', rate: { count: 6, per: 60_000 }, burst: 1, units: 1 }
      const [a, b] = ['a', 'b'].map((member) => join(member))
      const reserve = async (): Promise<number> => (await b!.reserve([wish], 1))[0]!.startsAt
      const putOff = (permitAt: number, lateness: number) =>
        a!.reserve([{ ...wish, late: { permitAt, arrivedBy: permitAt + lateness } }], 0)
      const first = await reserve()
      const gap = (await reserve()) - first
      expect(gap).toBeCloseTo(10_200, 1)
      // The sixth permit after it is 1.2 s later than its window ends.
      await putOff(first, 1_000)
      await putOff(first, 2_000)
      await putOff(first, 2_000)
      const third = await reserve()
      expect(third).toBeCloseTo(first + 2 * gap + 800, 1)
      // All permits of its window are granted.
      await putOff(first - 6 * gap, 5_000)
      expect(await reserve()).toBeCloseTo(third + gap, 1)
    })

    it('grant permits and places of many hosts at once, also to processes that ask in opposite orders', async () => {
      const hosts = Array.from({ length: 120 }, (_, index) => `host ${index}`)
      const wishOf = (subject: string) => ({ subject, rate: { count: 2, per: 1_000 }, burst: 1, units: 1 })
      const [a, b] = ['a', 'b'].map((member) => join(member))
      const reserve = (shared: SharedLimits, subjects: readonly string[]) =>
        Promise.all(subjects.map(async (subject) => (await shared.reserve([wishOf(subject)], 1))[0]!))
      const [ofA, ofB] = await Promise.all([reserve(a!, hosts), reserve(b!, hosts.toReversed())])
      for (const index of hosts.keys()) {
        const [one, other] = [ofA[index]!, ofB.at(-1 - index)!]
        expect(Math.abs(one.startsAt - other.startsAt)).toBeCloseTo(510, 1)
      }
      const hold = (shared: SharedLimits, keys: readonly string[]) =>
        Promise.all(keys.map((key) => shared.places(key, 1).hold({ inFlight: 0, holding: 0, wanted: 1 })))
      const [heldByA, heldByB] = await Promise.all([hold(a!, hosts), hold(b!, hosts.toReversed())])
      for (const index of hosts.keys()) expect(heldByA[index]!.places + heldByB.at(-1 - index)!.places).toBe(1)
    })

    it('save nothing up: after idleness the first permit is for now', async () => {
      const source = join('a').permits('api 1000/s', { count: 1_000, per: 1_000 }, 1)
      await source.reserve(1)
      await sleep(50)
      const { at, startsAt } = await source.reserve(5)
      expect(Math.abs(startsAt - at)).toBeLessThan(1)
    })

    it('let a burst leave at once where there is one, and no more than that', async () => {
      const source = join('a').permits('api 10/s', { count: 10, per: 1_000 }, 5)
      const { at, startsAt, gap } = await source.reserve(7)
      const early = Array.from({ length: 7 }, (_, index) => startsAt + index * gap).filter(
        (instant) => instant <= at + 1,
      )
      expect(early).toHaveLength(5)
    })

    it('give a quota as it is asked for, no more than it, and say when there is more', async () => {
      const rate = { count: 50, per: 3_600_000 }
      const [a, b] = ['a', 'b'].map((member) => join(member).permits('api 50/h', rate, 1))
      const given = await Promise.all([a!.reserve(20), b!.reserve(20), a!.reserve(20)])
      expect(given.reduce((sum, { units }) => sum + units, 0)).toBe(50)

      const refused = await b!.reserve(1)
      expect(refused.units).toBe(0)
      expect(refused.startsAt - refused.at).toBeGreaterThan(3_600_000)
      expect(refused.startsAt - refused.at).toBeLessThan(3_700_000)
    })

    it('never grant more places than the limit while taken ones are not released', async () => {
      const a = join('a').places('concurrency', 20)
      const b = join('b').places('concurrency', 20)
      expect(await a.hold({ inFlight: 0, holding: 0, wanted: 20 })).toMatchObject({ places: 20 })
      expect((await b.hold({ inFlight: 0, holding: 0, wanted: 20 })).places).toBe(0)
      // It is told that ten are its own, and may have filled all until it knows.
      expect((await a.hold({ inFlight: 20, holding: 20, wanted: 20 })).places).toBe(10)
      expect((await b.hold({ inFlight: 0, holding: 0, wanted: 20 })).places).toBe(0)
      expect((await a.hold({ inFlight: 12, holding: 10, wanted: 20 })).places).toBe(10)
      expect((await b.hold({ inFlight: 0, holding: 0, wanted: 20 })).places).toBe(8)
      await a.hold(none)
      expect((await b.hold({ inFlight: 8, holding: 8, wanted: 20 })).places).toBe(20)
    })

    it('divide the places that are set later, more of them or fewer, and leave those of a partition as they are', async () => {
      const [a, b] = ['a', 'b'].map(join)
      const [ofA, ofB, ofHost] = [
        a!.places('concurrency', 6),
        b!.places('concurrency', 6),
        a!.places('concurrency x', 6),
      ]
      expect((await ofA.hold({ inFlight: 0, holding: 0, wanted: 6 })).places).toBe(6)
      for (const shared of joined) shared.setPlaces(20)
      expect((await ofB.hold({ inFlight: 0, holding: 0, wanted: 20 })).places).toBe(14)
      for (const shared of joined) shared.setPlaces(4)
      expect((await ofA.hold({ inFlight: 6, holding: 6, wanted: 6 })).places).toBe(0)
      expect((await ofB.hold({ inFlight: 1, holding: 1, wanted: 6 })).places).toBe(0)
      expect((await ofA.hold({ inFlight: 0, holding: 0, wanted: 6 })).places).toBe(2)
      expect((await ofB.hold({ inFlight: 1, holding: 0, wanted: 6 })).places).toBe(2)
      expect((await ofHost.hold({ inFlight: 0, holding: 0, wanted: 6 })).places).toBe(6)
      expect([ofA.limit, ofHost.limit]).toEqual([4, 6])
    })

    it('give the modest what they want, and the others equal parts of the rest', async () => {
      const sources = ['a', 'b', 'c'].map((member) => join(member).places('concurrency', 20))
      const wishes = [2, 20, 20]
      const places = [0, 0, 0]
      for (let round = 0; round < 3; round++) {
        for (const [index, source] of sources.entries()) {
          places[index] = (await source.hold({ inFlight: 0, holding: 0, wanted: wishes[index]! })).places
        }
      }
      expect(places).toEqual([2, 9, 9])
    })

    it('hand places that are released to the processes that wait for them, the longest waiting first', async () => {
      const sources = ['a', 'b', 'c'].map((member) => join(member).places('concurrency of a', 1))
      const handed: string[] = []
      const hold = async (index: number, holding: number, wanted: number): Promise<number> =>
        (await sources[index]!.hold({ inFlight: 0, holding, wanted })).places
      const others = ['a', 'b'].map((member) => joined[member === 'a' ? 0 : 1]!.places('concurrency of b', 3))
      await others[0]!.hold({ inFlight: 0, holding: 0, wanted: 3 })
      await others[1]!.hold({ inFlight: 0, holding: 0, wanted: 2 })
      others[1]!.watch!(({ places }) => handed.push(`b has ${places} of b`))
      expect([await hold(0, 0, 1), await hold(1, 0, 1), await hold(2, 0, 1)]).toEqual([1, 0, 0])
      for (const [index, name] of ['b', 'c'].entries()) {
        sources[index + 1]!.watch!(({ places, validFor }) => {
          expect(validFor).toBeLessThanOrEqual(3_000)
          handed.push(`${name} has ${places} of a`)
        })
      }
      await hold(0, 0, 0)
      await others[0]!.hold({ inFlight: 2, holding: 0, wanted: 0 })
      await vi.waitFor(() => expect(new Set(handed)).toEqual(new Set(['b has 1 of a', 'b has 1 of b'])))
      expect([await hold(2, 0, 1), await hold(1, 1, 1)]).toEqual([0, 1])
      handed.length = 0
      await hold(1, 0, 0)
      await vi.waitFor(() => expect(handed).toContain('c has 1 of a'))
      expect(await hold(2, 1, 1)).toBe(1)
    })

    it('publish a signal to all others within a second, the newest of its kind, and never back to its sender', async () => {
      const received: Record<string, SharedSignal[]> = { a: [], b: [], c: [] }
      const [a] = ['a', 'b', 'c'].map((member) => {
        const shared = join(member)
        shared.onSignal((signal) => received[member]!.push(signal))
        return shared
      })
      // Only processes that use the limits receive signals.
      const source = joined.map((shared) => shared.places('concurrency', 9))
      await Promise.all(source.map((one) => one.hold({ inFlight: 1, holding: 0, wanted: 1 })))
      a!.publish({ partition: 'x', kind: 'pause', for: 10_000 })
      a!.publish({ partition: 'x', kind: 'pause', for: 30_000 })
      await sleep(900)

      expect(received.a).toEqual([])
      for (const member of ['b', 'c']) {
        expect(received[member]).toHaveLength(1)
        const [signal] = received[member]!
        expect(signal).toMatchObject({ partition: 'x', kind: 'pause' })
        expect((signal as { for: number }).for).toBeGreaterThan(29_000)
        expect((signal as { for: number }).for).toBeLessThanOrEqual(30_000)
      }
      expect(a!.active).toBe(3)
      await joined[2]!.close()
      await source[0]!.hold({ inFlight: 1, holding: 1, wanted: 1 })
      await sleep(600)
      expect(a!.active).toBe(2)
    })
  })
}
