import { expect, it } from 'vitest'
import type { SourceItem } from '../../client/bulk/source.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { writeSpooled } from '../spooled-request.ts'
import { ChunkFeed, type ClaimedChunk } from './chunk-feed.ts'
import { HeldChunks } from './held-chunks.ts'

/** A line of chunks of four items each, and how often it was asked. */
class Line {
  readonly clock = new ManualClock()
  readonly held = new HeldChunks()
  asked: number[] = []
  waiting: number
  readonly feed: ChunkFeed
  readonly #items: AsyncIterator<SourceItem>
  #next = 0

  constructor(waiting: number, claim: () => Promise<ClaimedChunk | undefined> = () => this.claim()) {
    this.waiting = waiting
    this.feed = new ChunkFeed({ clock: this.clock, keySeed: undefined, claim })
    this.#items = this.feed[Symbol.asyncIterator]()
  }

  async claim(): Promise<ClaimedChunk | undefined> {
    this.asked.push(this.clock.now())
    if (this.waiting === 0) return undefined
    this.waiting--
    const number = this.#next++
    const chunk = { runId: 1, number, first: number * 4, end: number * 4 + 4, epoch: 1, job: { id: 'j', attempt: 0 } }
    const items = [0, 1, 2, 3].map((at) => ({
      index: chunk.first + at,
      request: writeSpooled({ request: `/${chunk.first + at}` }),
    }))
    return { held: this.held.add(chunk, items), items }
  }

  async take(count: number): Promise<unknown[]> {
    const taken: unknown[] = []
    while (taken.length < count) {
      const next = await this.#items.next()
      if (next.done === true) return [...taken, 'end']
      taken.push('request' in next.value ? next.value.request : next.value)
    }
    return taken
  }
}

it('gives the items of one chunk after the other', async () => {
  expect(await new Line(2).take(8)).toEqual(Array.from({ length: 8 }, (_, index) => `/${index}`))
})

it('asks for the next chunk when half of one is given, and not for more', async () => {
  const line = new Line(9)
  await line.take(1)
  expect(line.held.size).toBe(1)
  await line.take(1)
  expect(line.held.size).toBe(2)
  await line.take(3)
  expect(line.held.size).toBe(2)
})

it('does not ask again for each item when there was no further chunk', async () => {
  const line = new Line(1)
  await line.take(4)
  expect(line.asked).toHaveLength(2)
})

it('polls an empty queue at intervals that double up to a second', async () => {
  const line = new Line(0)
  const item = line.take(1)
  await line.clock.advance(3_000)
  expect(line.asked).toEqual([0, 100, 300, 700, 1_500, 2_500])
  line.waiting = 1
  await line.clock.advance(600)
  expect(await item).toEqual(['/0'])
})

it('gives nothing more of a chunk that is lost', async () => {
  const line = new Line(2)
  expect(await line.take(2)).toEqual(['/0', '/1'])
  line.held.lose(line.held.chunks[0]!)
  expect(await line.take(4)).toEqual(['/4', '/5', '/6', '/7'])
})

it('ends all waits for an item, and leaves no timer', async () => {
  const line = new Line(0)
  const item = line.take(1)
  await line.clock.advance(50)
  await line.feed.end()
  expect(await item).toEqual(['end'])
  expect(line.clock.pending).toBe(0)
})

it('waits, at its end, for a chunk that is on its way', async () => {
  let arrive: (claimed: undefined) => void = () => undefined
  const line = new Line(0, () => new Promise((resolve) => (arrive = resolve)))
  const item = line.take(1)
  let hasEnded = false
  const end = line.feed.end().then(() => {
    hasEnded = true
  })
  await line.clock.advance(10)
  expect(hasEnded).toBe(false)
  arrive(undefined)
  await end
  expect(await item).toEqual(['end'])
})

it('throws what the store throws when an item is needed', async () => {
  const line = new Line(0, () => Promise.reject(new Error('no connection')))
  await expect(line.take(1)).rejects.toThrow('no connection')
})
