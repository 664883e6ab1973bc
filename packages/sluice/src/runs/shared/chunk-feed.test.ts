import { expect, it } from 'vitest'
import type { SourceItem } from '../../client/bulk/source.ts'
import { writeSpooled } from '../spooled-request.ts'
import { ChunkFeed, type ClaimedChunk } from './chunk-feed.ts'
import { HeldChunks } from './held-chunks.ts'

/** Queue of chunks with four items each, and the number of claims. */
class Line {
  readonly held = new HeldChunks()
  asked = 0
  waiting: number
  readonly feed: ChunkFeed
  readonly #items: AsyncIterator<SourceItem>
  #next = 0

  constructor(waiting: number, claim: () => Promise<ClaimedChunk | undefined> = () => this.claim()) {
    this.waiting = waiting
    this.feed = new ChunkFeed({ keySeed: undefined, claim })
    this.#items = this.feed[Symbol.asyncIterator]()
  }

  async claim(): Promise<ClaimedChunk | undefined> {
    this.asked++
    if (this.waiting === 0) return undefined
    this.waiting--
    const number = this.#next++
    const chunk = { runId: 1, number, first: number * 4, end: number * 4 + 4, epoch: 1 }
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
  expect(line.asked).toBe(2)
})

it('asks once when there is no chunk, and again when it is woken', async () => {
  const line = new Line(0)
  const item = line.take(1)
  await settled()
  expect(line.asked).toBe(1)
  line.waiting = 1
  line.feed.wake()
  expect(await item).toEqual(['/0'])
})

it('asks again when it was woken while it was asking', async () => {
  let answer: (claimed: undefined) => void = () => undefined
  let asked = 0
  const line = new Line(0, () => {
    asked++
    return new Promise((resolve) => (answer = resolve))
  })
  const item = line.take(1)
  line.feed.wake()
  answer(undefined)
  await settled()
  expect(asked).toBe(2)
  answer(undefined)
  await line.feed.end()
  expect(await item).toEqual(['end'])
})

it('gives nothing more of a chunk that is lost', async () => {
  const line = new Line(2)
  expect(await line.take(2)).toEqual(['/0', '/1'])
  line.held.lose(line.held.chunks[0]!)
  expect(await line.take(4)).toEqual(['/4', '/5', '/6', '/7'])
})

it('ends all waits for an item', async () => {
  const line = new Line(0)
  const item = line.take(1)
  await settled()
  await line.feed.end()
  expect(await item).toEqual(['end'])
})

it('waits, at its end, for a chunk that is on its way', async () => {
  let arrive: (claimed: undefined) => void = () => undefined
  const line = new Line(0, () => new Promise((resolve) => (arrive = resolve)))
  const item = line.take(1)
  let hasEnded = false
  const end = line.feed.end().then(() => {
    hasEnded = true
  })
  await settled()
  expect(hasEnded).toBe(false)
  arrive(undefined)
  await end
  expect(await item).toEqual(['end'])
})

it('throws what the store throws when an item is needed', async () => {
  const line = new Line(0, () => Promise.reject(new Error('no connection')))
  await expect(line.take(1)).rejects.toThrow('no connection')
})

/** Resolves when work that was started before has finished. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
