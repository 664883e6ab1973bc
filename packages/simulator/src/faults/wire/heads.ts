import { choice, count, type WireForm } from '../detail.ts'
import type { PlannedAnswer, RawBytes } from '../plan.ts'
import { bodyOf, type Fields, fieldsOf, halfOf, head, lengthOf, raw, usual } from './http1.ts'
import { data, headers, streamFields, usualFrames } from './http2.ts'

type HeadFault =
  | 'reset-head'
  | 'close-head'
  | 'hang-head'
  | 'close'
  | 'drip-head'
  | 'interim'
  | 'endless-interim'
  | 'doubled-headers'
  | 'bare-lf'
  | 'folded-header'
  | 'http-1.0'

/** Faults of the response head, by name. */
export const headFaults: Readonly<Record<HeadFault, WireForm>> = {
  'reset-head': { make: () => inTheHead('reset') },
  'close-head': { make: () => inTheHead('close') },
  'hang-head': { make: () => ({ ...inTheHead('hang'), inProcess: 'hang' }) },
  close: { make: () => ({ http1: () => raw([], 'close'), http2: () => raw([], 'close'), inProcess: 'reset' }) },
  'drip-head': {
    make: (_detail, every) => ({
      http1: (answer) => {
        const [head, body] = usual(answer)
        return { chunks: [...bytewise(head!), body!], every, ending: 'end' }
      },
      // HEADERS and CONTINUATION frames must be contiguous; more than 8 CONTINUATION frames are treated as an attack.
      http2: (answer, { id }) => {
        const body = bodyOf(answer)
        const fields = [...streamFields(answer), ...lengthOf(body)]
        const size = Math.ceil(fields.join('').length / 4)
        return raw([headers(id, fields, { size }), data(id, body)])
      },
      inProcess: 'answer',
    }),
  },
  interim: {
    detail: count(103, 100, 199),
    make: (detail) => ({
      http1: (answer) => raw([head(Number(detail), interimFields), ...usual(answer)]),
      http2: (answer, { id }) => raw([interimFrame(id, detail), ...usualFrames(answer, id)]),
      inProcess: detail === '101' ? 'protocol' : 'answer',
    }),
  },
  'endless-interim': {
    make: () => ({
      http1: () => ({ chunks: endless(head(103, interimFields)), every: 1, ending: 'end' }),
      http2: (_answer, { id }) => ({ chunks: endless(interimFrame(id, '103')), every: 1, ending: 'end' }),
      inProcess: 'hang',
    }),
  },
  'doubled-headers': {
    detail: choice('equal', 'different'),
    make: (detail) => ({
      http1: (answer) => raw(usual(answer, again(answer, detail))),
      http2: (answer, { id }) => raw(usualFrames(answer, id, again(answer, detail))),
      inProcess: 'answer',
    }),
  },
  'bare-lf': onlyHttp1(({ status, ...answer }, body) =>
    head(status, [...Object.entries(answer.headers), ...lengthOf(body)], { lineEnd: '\n' }),
  ),
  'folded-header': onlyHttp1((answer, body) =>
    head(answer.status, [...fieldsOf(answer), ['x-folded', 'one\r\n two'], ...lengthOf(body)]),
  ),
  'http-1.0': {
    make: () => ({
      http1: (answer) => raw([head(answer.status, fieldsOf(answer), { version: 'HTTP/1.0' }), bodyOf(answer)], 'close'),
      http2: (answer, { id }) => raw(usualFrames(answer, id)),
      inProcess: 'answer',
    }),
  },
}

const interimFields: Fields = [['link', '</style.css>; rel=preload']]

function interimFrame(stream: number, status: string): Buffer {
  return headers(stream, [[':status', status], ...interimFields])
}

/** The first half of the head, then `ending`. */
function inTheHead(ending: RawBytes['ending']): ReturnType<WireForm['make']> {
  return {
    http1: (answer) => raw([halfOf(usual(answer)[0]!)], ending),
    http2: (answer, { id }) => raw([halfOf(usualFrames(answer, id)[0]!)], ending),
    inProcess: 'reset',
  }
}

/** A head that exists in HTTP/1.1 only; over HTTP/2 the response arrives intact. */
function onlyHttp1(write: (answer: PlannedAnswer, body: Buffer) => Buffer): WireForm {
  return {
    make: () => ({
      http1: (answer) => {
        const body = bodyOf(answer)
        return raw([write(answer, body), body])
      },
      http2: (answer, { id }) => raw(usualFrames(answer, id)),
      inProcess: 'answer',
    }),
  }
}

/** All headers, each sent twice. */
function again(answer: PlannedAnswer, detail: string): Fields {
  return fieldsOf(answer).map(([name, value]) => [name, detail === 'equal' ? value : `x-${value}`])
}

function bytewise(bytes: Uint8Array): Iterable<Uint8Array> {
  return Array.from(bytes, (byte) => Uint8Array.of(byte))
}

function* endless(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (;;) yield bytes
}
