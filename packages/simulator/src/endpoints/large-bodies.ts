import * as zlib from 'node:zlib'
import { seededRandom } from 'sluice/internal'
import { type Answer, integer, json, problem, type Question } from '../faults/answer.ts'
import { type Content, contentOf, repeated } from '../faults/content.ts'
import { product, productCount } from './products.ts'

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const encoders: Readonly<Record<Coding, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
}

/** `/gzip`, `/deflate`, `/br`, `/zstd`: JSON in that coding, even if the client does not accept it. */
export function encoded(coding: Coding): () => Answer {
  let body: Content | undefined
  return () => {
    const plain = json(200, { encoded: coding, message: `this came as ${coding}`, filler: 'abc'.repeat(100) })
    body ??= contentOf(encoders[coding](Buffer.concat([...plain.body.chunks])))
    return { ...plain, headers: { ...plain.headers, 'content-encoding': coding }, body }
  }
}

/** `/echo`: the request as the server parsed it. */
export function echo({ method, target, query, headers, body }: Question): Answer {
  const pairs: Record<string, string | string[]> = Object.create(null)
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    pairs[name] = values.length === 1 ? values[0]! : values
  }
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return json(200, { method, path: target.split('?', 1)[0], query: pairs, headers, body: text })
}

const mostBytes = 100_000_000

/** Block that large bodies repeat, so that their memory does not depend on their length. */
const blockSize = 16_000

const pattern = Buffer.alloc(blockSize, 'sluice practice bytes, always the same. ')

/** `/bytes/:n`: n bytes, always the same. */
export function bytes({ params }: Question): Answer {
  const size = integer(params.n, 0, mostBytes)
  if (size === undefined) return badSize(0)
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: repeated(pattern, size) }
}

const opening = '{"padding":"'
const middle = '","items":['
const ending = ']}'
const frame = opening.length + middle.length + ending.length

/** `/json/:n`: a valid document of exactly n bytes, made of products chosen by the seed. */
export function jsonDocument(seed: number): (question: Question) => Answer {
  let products: Products | undefined
  return ({ params }) => {
    const size = integer(params.n, frame, mostBytes)
    if (size === undefined) return badSize(frame)
    products ??= productsOf(seed)
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: documentOf(size, products),
    }
  }
}

interface Products {
  /** The products, each preceded by a comma. */
  readonly block: Buffer
  /** End offset of each product in `block`. */
  readonly ends: readonly number[]
}

function productsOf(seed: number): Products {
  const random = seededRandom(seed)
  let text = ''
  const ends: number[] = []
  while (text.length < blockSize) {
    text += `,${JSON.stringify(product(1 + Math.floor(random() * productCount)))}`
    ends.push(text.length)
  }
  return { block: Buffer.from(text), ends }
}

/** Document of as many whole products as fit, padded to the size. */
function documentOf(size: number, { block, ends }: Products): Content {
  // The comma before the first product is dropped.
  const room = size - frame + 1
  const left = room % block.byteLength
  const items = room - left + (ends.findLast((end) => end <= left) ?? 0)
  const itemsLength = Math.max(0, items - 1)
  const head = Buffer.from(opening + '.'.repeat(size - frame - itemsLength) + middle)
  return {
    length: size,
    chunks: {
      *[Symbol.iterator]() {
        yield head
        let isFirst = true
        for (const chunk of repeated(block, items).chunks) {
          yield isFirst ? chunk.subarray(1) : chunk
          isFirst = false
        }
        yield Buffer.from(ending)
      },
    },
  }
}

function badSize(least: number): Answer {
  return problem(400, 'bad_size', `a whole number of bytes from ${least} to ${mostBytes}`)
}
