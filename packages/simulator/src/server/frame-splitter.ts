/** Puts frames of HTTP/2 together from pieces that end anywhere, and gives each as a whole, its header included. */
export class FrameSplitter {
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
