import type { Readable } from 'node:stream'

/** The most bytes a request may bring. */
const largestRequest: number = 10 * 1024 * 1024

/** Calls `done` with the body, or with nothing if it is too large: at once if there is none to come. */
export function readBody(body: Readable | undefined, done: (body: Uint8Array | undefined) => void): void {
  if (body === undefined) {
    done(new Uint8Array())
    return
  }
  let chunks: Uint8Array[] = []
  let size = 0
  body.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size <= largestRequest) chunks.push(chunk)
    else chunks = []
  })
  body.on('end', () => done(size <= largestRequest ? Buffer.concat(chunks) : undefined))
  // A client that leaves in the middle of its request never arrived; without a listener the error would be thrown.
  body.on('error', () => {})
}
