/** Bytes of a response: `length` of them, generated while they are read, the same each time. */
export interface Content {
  readonly length: number
  readonly chunks: Iterable<Uint8Array>
}

/** A response without its fate on the wire. */
export interface Message {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Content
}

/** Content of bytes in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return { length: bytes.byteLength, chunks: bytes.byteLength === 0 ? [] : [bytes] }
}

/** The first `length` bytes of a longer content. */
export function beginningOf({ chunks }: Content, length: number): Content {
  return {
    length,
    chunks: {
      *[Symbol.iterator]() {
        let left = length
        for (const chunk of chunks) {
          if (left <= 0) return
          yield chunk.subarray(0, left)
          left -= chunk.byteLength
        }
      },
    },
  }
}

/** `block` repeated up to `length` bytes; it takes the memory of one block. */
export function repeated(block: Uint8Array, length: number): Content {
  return {
    length,
    chunks: {
      *[Symbol.iterator]() {
        for (let left = length; left > 0; left -= block.byteLength) yield block.subarray(0, left)
      },
    },
  }
}
