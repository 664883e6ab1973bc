import * as zlib from 'node:zlib'
import { type Answer, integer, json, problem, type Question } from '../faults/answer.ts'

const mostBytes = 64 * 1024 * 1024

/** Grown to the largest size asked for, and shared by all answers. */
let pattern: Buffer = Buffer.alloc(0)

/** `/bytes/:n`: as many bytes as wanted, always the same ones. */
export function bytes({ params }: Question): Answer {
  const size = integer(params.n, 0, mostBytes)
  if (size === undefined) return problem(400, 'bad_size', `a whole number of bytes from 0 to ${mostBytes}`)
  if (pattern.byteLength < size) pattern = Buffer.alloc(size, 'sluice practice bytes. ')
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: pattern.subarray(0, size) }
}

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const encoders: Readonly<Record<Coding, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
}

/** `/gzip`, `/deflate`, `/br`, `/zstd`: JSON, so encoded whatever the client accepts. */
export function encoded(coding: Coding): () => Answer {
  let body: Uint8Array | undefined
  return () => {
    const plain = json(200, { encoded: coding, message: `this came as ${coding}`, filler: 'abc'.repeat(100) })
    body ??= encoders[coding](plain.body)
    return { ...plain, headers: { ...plain.headers, 'content-encoding': coding }, body }
  }
}

/** `/echo`: what was asked, as it was understood. */
export function echo({ method, target, query, headers, body }: Question): Answer {
  const pairs: Record<string, string | string[]> = Object.create(null)
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    pairs[name] = values.length === 1 ? values[0]! : values
  }
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return json(200, { method, path: target.split('?', 1)[0], query: pairs, headers, body: text })
}
