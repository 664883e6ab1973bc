/** The bytes of an answer: as many as `length` says, made as they are read, and the same whenever they are. */
export interface Content {
  readonly length: number
  readonly chunks: Iterable<Uint8Array>
}

/** An answer without what becomes of it. */
export interface Message {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Content
}

/** Bytes that are there already. */
export function contentOf(bytes: Uint8Array): Content {
  return { length: bytes.byteLength, chunks: bytes.byteLength === 0 ? [] : [bytes] }
}

/** The first `length` bytes of a content that has as many. */
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

/** `block` over and over, `length` bytes of it: it takes the memory of one block, whatever the length. */
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
