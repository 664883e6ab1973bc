import type { Sha256 } from './node.ts'

const blockSize = 64
const encoder = new TextEncoder()

/** SHA-256 (FIPS 180-4) for runtimes whose own is asynchronous: small rather than fast. */
export class PortableSha256 implements Sha256 {
  readonly #state: Uint32Array
  readonly #block: Uint8Array
  #size: number

  constructor(state: Uint32Array = initial, block: Uint8Array = new Uint8Array(blockSize), size = 0) {
    this.#state = state.slice()
    this.#block = block.slice()
    this.#size = size
  }

  update(data: string | Uint8Array): this {
    const bytes = typeof data === 'string' ? encoder.encode(data) : data
    for (let taken = 0; taken < bytes.length; ) {
      const start = this.#size % blockSize
      const part = bytes.subarray(taken, taken + blockSize - start)
      this.#block.set(part, start)
      this.#size += part.length
      taken += part.length
      if (this.#size % blockSize === 0) mix(this.#state, this.#block)
    }
    return this
  }

  copy(): PortableSha256 {
    return new PortableSha256(this.#state, this.#block, this.#size)
  }

  digest(): Uint8Array {
    const size = this.#size
    const padding = new Uint8Array(blockSize - ((size + 8) % blockSize) + 8)
    padding[0] = 0x80
    const end = new DataView(padding.buffer)
    end.setUint32(padding.length - 8, Math.floor(size / 2 ** 29))
    end.setUint32(padding.length - 4, (size * 8) % 2 ** 32)
    this.update(padding)
    const digest = new DataView(new ArrayBuffer(32))
    for (let at = 0; at < 8; at++) digest.setUint32(at * 4, this.#state[at]!)
    return new Uint8Array(digest.buffer)
  }
}

/** HMAC-SHA-256 (RFC 2104). */
export function portableHmac(key: Uint8Array, data: string): Uint8Array {
  const short = key.length > blockSize ? new PortableSha256().update(key).digest() : key
  const padded = (fill: number): Uint8Array =>
    Uint8Array.from({ length: blockSize }, (_, index) => (short[index] ?? 0) ^ fill)
  const inner = new PortableSha256().update(padded(0x36)).update(data).digest()
  return new PortableSha256().update(padded(0x5c)).update(inner).digest()
}

/** First 32 bits of the fractional parts of a root of the first primes. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const primes: number[] = []
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number)
  }
  return Uint32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32)
}

const initial = fractions(8, Math.sqrt)
const constants = fractions(64, Math.cbrt)
const words = new Uint32Array(64)

/** Processes one block. */
function mix(state: Uint32Array, block: Uint8Array): void {
  const view = new DataView(block.buffer, block.byteOffset)
  for (let at = 0; at < 64; at++) {
    words[at] =
      at < 16
        ? view.getUint32(at * 4)
        : sigma(words[at - 2]!, 17, 19, 10) + words[at - 7]! + sigma(words[at - 15]!, 7, 18, 3) + words[at - 16]!
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let at = 0; at < 64; at++) {
    const first = (h + sum(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + constants[at]! + words[at]!) | 0
    const second = (sum(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let at = 0; at < 8; at++) state[at] = state[at]! + mixed[at]!
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function sum(word: number, first: number, second: number, third: number): number {
  return turned(word, first) ^ turned(word, second) ^ turned(word, third)
}

function sigma(word: number, first: number, second: number, shift: number): number {
  return turned(word, first) ^ turned(word, second) ^ (word >>> shift)
}
