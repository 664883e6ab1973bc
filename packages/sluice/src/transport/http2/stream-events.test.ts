import type { ClientHttp2Stream } from 'node:http2'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { listenTo, type StreamListener } from './stream-events.ts'

const both = { uploads: true, wantsTrailers: true }

/** Writes down what it is told. */
class Heard implements StreamListener {
  readonly log: string[] = []
  onError = (): void => this.#add('error')
  onInformation = (): void => this.#add('information')
  onResponse = (status: number): void => this.#add(`response ${status}`)
  onTrailers = (): void => this.#add('trailers')
  onArrived = (bytes: number): void => this.#add(`arrived ${bytes}`)
  onEndArrived = (): void => this.#add('end arrived')
  onData = (chunk: Buffer): void => this.#add(`data ${chunk}`)
  onEnd = (): void => this.#add('end')
  onWantTrailers = (): void => this.#add('want trailers')
  onClose = (): void => this.#add('close')

  #add(what: string): void {
    this.log.push(what)
  }
}

function openStream(): ClientHttp2Stream {
  return new Duplex({ read() {}, write() {}, autoDestroy: false }) as ClientHttp2Stream
}

it('lets go of its listener when the stream is closed, because V8 keeps the stream', async () => {
  const [stream, heard] = [openStream(), new Heard()]
  listenTo(stream, heard, both)
  stream.push(Buffer.from('abc'))
  stream.push(null)
  await new Promise((resolve) => stream.once('end', resolve))
  stream.destroy()
  await new Promise((resolve) => stream.once('close', resolve))
  stream.emit('error', new Error('late'))
  expect(heard.log).toEqual(['arrived 3', 'end arrived', 'data abc', 'end', 'close'])
  const held = Reflect.ownKeys(stream).map((key) => Reflect.get(stream, key))
  expect(held).not.toContain(heard)
})

it('adds the same functions to all streams, so that they hold nothing of a call', () => {
  const [one, other] = [openStream(), openStream()]
  for (const stream of [one, other]) listenTo(stream, new Heard(), both)
  for (const name of one.eventNames()) expect(one.listeners(name)).toEqual(other.listeners(name))
  expect(one.push).toBe(other.push)
})
