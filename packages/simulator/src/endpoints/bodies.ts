import * as zlib from 'node:zlib'
import { type Answer, json, type Question } from '../faults/answer.ts'
import { type Content, contentOf } from '../faults/content.ts'

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const encoders: Readonly<Record<Coding, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
}

/** `/gzip`, `/deflate`, `/br`, `/zstd`: JSON, so encoded whatever the client accepts. */
export function encoded(coding: Coding): () => Answer {
  let body: Content | undefined
  return () => {
    const plain = json(200, { encoded: coding, message: `this came as ${coding}`, filler: 'abc'.repeat(100) })
    body ??= contentOf(encoders[coding](Buffer.concat([...plain.body.chunks])))
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
