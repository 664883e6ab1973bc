import type { WireForm } from '../detail.ts'
import type { PlannedAnswer } from '../plan.ts'
import { bodyOf, chunk, chunkedField, fieldsOf, halfOf, head, raw } from './http1.ts'
import { data, headers, streamFields } from './http2.ts'

type ChunkFault = 'tiny-chunks' | 'chunk-extensions' | 'bad-chunk' | 'cut-chunks' | 'endless-frames'

/** Faults of chunks (HTTP/1.1) and DATA frames (HTTP/2), by name. */
export const chunkFaults: Readonly<Record<ChunkFault, WireForm>> = {
  'tiny-chunks': {
    make: () => ({
      http1: (answer) =>
        raw(
          chunked(
            answer,
            Array.from(bodyOf(answer), (byte) => chunk(Uint8Array.of(byte))),
          ),
        ),
      http2: (answer, { id }) => raw([headers(id, streamFields(answer)), data(id, bodyOf(answer), { size: 1 })]),
      inProcess: 'answer',
    }),
  },
  'chunk-extensions': {
    make: () => ({
      http1: (answer) => raw(chunked(answer, [chunk(bodyOf(answer), ';name=value;quoted="a;b"')])),
      http2: (answer, { id }) => raw([headers(id, streamFields(answer)), data(id, bodyOf(answer), { padding: 200 })]),
      inProcess: 'answer',
    }),
  },
  'bad-chunk': {
    make: () => ({
      http1: (answer) => raw(chunked(answer, [chunk(halfOf(bodyOf(answer))), Buffer.from('xyz\r\n')])),
      // DATA on stream 0 is a connection error (RFC 9113, section 6.1).
      http2: (answer, { id }) => raw([headers(id, streamFields(answer)), data(0, halfOf(bodyOf(answer)))]),
      inProcess: 'protocol',
    }),
  },
  'cut-chunks': {
    make: () => ({
      http1: (answer) => raw([chunkedHead(answer), chunk(halfOf(bodyOf(answer)))], 'close'),
      http2: (answer, { id }) =>
        raw([headers(id, streamFields(answer)), data(id, halfOf(bodyOf(answer)), { end: false })], 'close'),
      inProcess: 'truncated',
    }),
  },
  'endless-frames': {
    make: () => ({
      http1: (answer) => ({
        chunks: endless(chunkedHead(answer), Buffer.from('1;a\r\n \r\n')),
        every: 1,
        ending: 'end',
      }),
      http2: (answer, { id }) => {
        const nothing = data(id, new Uint8Array(), { end: false })
        return { chunks: endless(headers(id, streamFields(answer)), nothing), every: 1, ending: 'end' }
      },
      inProcess: 'hang',
    }),
  },
}

function chunkedHead(answer: PlannedAnswer): Buffer {
  return head(answer.status, [...fieldsOf(answer), ...chunkedField])
}

function chunked(answer: PlannedAnswer, chunks: readonly Buffer[]): Buffer[] {
  return [chunkedHead(answer), ...chunks, chunk(new Uint8Array())]
}

function* endless(first: Uint8Array, then: Uint8Array): Generator<Uint8Array, void> {
  yield first
  for (;;) yield then
}
