import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { endStream, frameType } from '../faults/wire/http2.ts'

/** Reassembles HTTP/2 frames from arbitrary pieces, and emits each complete frame, its header included. */
class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0)

  push(piece: Uint8Array): Buffer[] {
    this.#rest = this.#rest.byteLength === 0 ? Buffer.from(piece) : Buffer.concat([this.#rest, piece])
    const frames: Buffer[] = []
    let at = 0
    while (this.#rest.byteLength - at >= 9) {
      const end = at + 9 + this.#rest.readUIntBE(at, 3)
      if (end > this.#rest.byteLength) break
      frames.push(this.#rest.subarray(at, end))
      at = end
    }
    this.#rest = this.#rest.subarray(at)
    return frames
  }
}

/** Length of the client connection preface (RFC 9113, section 3.4). */
const prefaceLength = 24

/**
 * The connection of one of Node's HTTP/2 sessions, with a way to write frames by hand.
 *
 * A stream that is answered by hand is muted: the session continues unaware, and nothing that it writes for that
 * stream reaches the client.
 */
export class FrameTap extends Duplex {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly #socket: Socket
  readonly #incoming = new FrameSplitter()
  readonly #outgoing = new FrameSplitter()
  readonly #muted = new Set<number>()
  readonly #ends = new Map<number, () => void>()
  #preface = prefaceLength
  /** Bytes of DATA written by hand: the session must not count the client's window updates for them. */
  #uncounted = 0
  #isSilent = false
  #isDeaf = false
  /**
   * Frames for the session, delivered one at a time: it acts on each before it sees the next, as on a socket of its
   * own.
   */
  readonly #waiting: Buffer[] = []
  #isDelivering = false
  #hasEnded = false
  /** Last processed stream according to a GOAWAY written by hand. */
  #lastStream = Number.POSITIVE_INFINITY

  constructor(socket: Socket) {
    super()
    this.#socket = socket
    this.remoteAddress = socket.remoteAddress
    this.remotePort = socket.remotePort
    socket.on('data', (piece: Buffer) => {
      this.#waiting.push(...this.#received(piece))
      if (this.#waiting.length > 0) this.#deliver()
    })
    socket.on('end', () => {
      this.#hasEnded = true
      this.#deliver()
    })
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  get lastStream(): number {
    return this.#lastStream
  }

  /** Writes frames in place of the session's. False: no more until the socket drains. */
  inject(stream: number, frames: Uint8Array): boolean {
    this.#muted.add(stream)
    for (const frame of new FrameSplitter().push(frames)) {
      if (frame[3] === frameType.data) this.#uncounted += frame.byteLength - 9
      if (frame[3] === frameType.goaway) this.#lastStream = frame.readUInt32BE(9)
    }
    return this.#isSilent || this.#socket.write(frames)
  }

  /** Calls `listener` when the session has written the last frame of a stream. */
  onceEnded(stream: number, listener: () => void): void {
    this.#ends.set(stream, listener)
  }

  /** Drops the state of a stream. */
  forget(stream: number): void {
    this.#ends.delete(stream)
  }

  onceWritable(resume: () => void): void {
    this.#socket.once('drain', resume)
  }

  /** Stops writing but keeps the connection open. The client's frames, such as a stream reset, are still read. */
  silence(): void {
    this.#isSilent = true
  }

  /** Closes the connection gracefully once everything is written. */
  finish(): void {
    this.#isSilent = true
    this.#isDeaf = true
    this.#socket.destroySoon()
  }

  override _read(): void {
    this.#deliver()
    this.#socket.resume()
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const frames = this.#outgoing.push(piece).filter((frame) => !this.#isMuted(frame))
    for (const frame of frames) if (isLast(frame)) this.#ends.get(frame.readUInt32BE(5))?.()
    if (frames.length === 0 || this.#isSilent || this.#socket.destroyed || this.#socket.write(Buffer.concat(frames)))
      done()
    else this.#socket.once('drain', done)
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#isSilent) this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // The last frames, such as GOAWAY, are written first.
    if (!this.#isSilent) this.#socket.destroySoon()
    done(error)
  }

  #deliver(): void {
    if (this.#isDelivering) return
    const frame = this.#waiting.shift()
    if (frame === undefined) {
      if (this.#hasEnded) this.push(null)
      return
    }
    this.#isDelivering = true
    if (!this.push(frame)) this.#socket.pause()
    process.nextTick(() => {
      this.#isDelivering = false
      if (this.#waiting.length > 0 || this.#hasEnded) this.#deliver()
    })
  }

  #isMuted(frame: Buffer): boolean {
    const stream = frame.readUInt32BE(5)
    if (!this.#muted.has(stream)) return false
    // Its last frame.
    if (frame[3] === frameType.rstStream) this.#muted.delete(stream)
    return true
  }

  #received(piece: Buffer): Buffer[] {
    if (this.#isDeaf) return []
    const preface = piece.subarray(0, this.#preface)
    this.#preface -= preface.byteLength
    const frames = this.#incoming.push(piece.subarray(preface.byteLength))
    if (this.#uncounted > 0) for (const frame of frames) this.#shrink(frame)
    const useful = frames.filter((frame) => !isEmptyUpdate(frame))
    return preface.byteLength === 0 ? useful : [preface, ...useful]
  }

  /** Subtracts from the client's WINDOW_UPDATE of the connection the bytes that the session did not send. */
  #shrink(frame: Buffer): void {
    if (frame[3] !== frameType.windowUpdate || frame.readUInt32BE(5) !== 0) return
    const room = frame.readUInt32BE(9)
    const ours = Math.min(room, this.#uncounted)
    this.#uncounted -= ours
    frame.writeUInt32BE(room - ours, 9)
  }
}

function isLast(frame: Buffer): boolean {
  return (frame[3] === frameType.data || frame[3] === frameType.headers) && (frame[4]! & endStream) !== 0
}

function isEmptyUpdate(frame: Buffer): boolean {
  return frame[3] === frameType.windowUpdate && frame.readUInt32BE(9) === 0
}
