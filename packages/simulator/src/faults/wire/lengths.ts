import { choice, type WireForm, word } from '../detail.ts'
import { bodyOf, chunk, chunkedField, type Fields, fieldsOf, halfOf, head, lengthOf, raw, usual } from './http1.ts'
import { data, frame, headers, rstStream, streamFields, usualFrames } from './http2.ts'

type LengthFault =
  | 'doubled-length'
  | 'length-and-chunks'
  | 'bad-length'
  | 'short-length'
  | 'junk'
  | 'smuggled'
  | 'until-close'
  | 'until-close-reset'
  | 'body-anyway'

/** Faults of the length of a body, by name. */
export const lengthFaults: Readonly<Record<LengthFault, WireForm>> = {
  'doubled-length': {
    detail: choice('equal', 'different'),
    make: (detail) => ({
      http1: (answer) => raw(usual(answer, second(bodyOf(answer), detail))),
      http2: (answer, { id }) => raw(usualFrames(answer, id, second(bodyOf(answer), detail))),
      inProcess: detail === 'equal' ? 'answer' : 'protocol',
    }),
  },
  'length-and-chunks': {
    make: () => ({
      http1: (answer) => {
        const body = bodyOf(answer)
        const fields = [...fieldsOf(answer), ...lengthOf(halfOf(body)), ...chunkedField]
        return raw([head(answer.status, fields), chunk(body), chunk(empty)], 'close')
      },
      http2: (answer, { id }) => raw(usualFrames(answer, id, chunkedField)),
      inProcess: 'protocol',
    }),
  },
  'bad-length': {
    detail: word('-5'),
    make: (detail) => ({
      http1: (answer) => raw([head(answer.status, [...fieldsOf(answer), ['content-length', detail]]), bodyOf(answer)]),
      http2: (answer, { id }) =>
        raw([headers(id, [...streamFields(answer), ['content-length', detail]]), data(id, bodyOf(answer))]),
      inProcess: 'protocol',
    }),
  },
  'short-length': {
    make: () => ({
      http1: (answer) => {
        const body = bodyOf(answer)
        return raw([head(answer.status, [...fieldsOf(answer), ...lengthOf(halfOf(body))]), body])
      },
      http2: (answer, { id }) => {
        const body = bodyOf(answer)
        return raw([headers(id, [...streamFields(answer), ...lengthOf(halfOf(body))]), data(id, body)])
      },
      inProcess: 'protocol',
    }),
  },
  junk: {
    make: () => ({
      http1: (answer) => raw([...usual(answer), Buffer.from('bytes that belong to no answer')]),
      // Frames of unknown types must be ignored (RFC 9113, section 5.5).
      http2: (answer, { id }) => raw([...usualFrames(answer, id), frame(0xbe, 0, id, Buffer.from('of no known type'))]),
      inProcess: 'answer',
    }),
  },
  smuggled: {
    make: () => ({
      http1: (answer) => raw([...usual(answer), head(200, lengthOf(evil)), evil]),
      http2: (answer, { id }) => {
        const fields: Fields = [[':status', '200'], ...lengthOf(evil)]
        return raw([...usualFrames(answer, id), headers(id, fields), data(id, evil)])
      },
      inProcess: 'answer',
    }),
  },
  'until-close': {
    make: () => ({
      http1: (answer) => raw([head(answer.status, fieldsOf(answer)), bodyOf(answer)], 'close'),
      http2: (answer, { id }) => raw([headers(id, streamFields(answer)), data(id, bodyOf(answer))]),
      inProcess: 'answer',
    }),
  },
  'until-close-reset': {
    make: () => ({
      http1: (answer) => raw([head(answer.status, fieldsOf(answer)), halfOf(bodyOf(answer))], 'reset'),
      http2: (answer, { id }) => {
        const half = data(id, halfOf(bodyOf(answer)), { end: false })
        return raw([headers(id, streamFields(answer)), half, rstStream(id, 'INTERNAL_ERROR')])
      },
      inProcess: 'reset',
    }),
  },
  'body-anyway': {
    detail: choice('204', '304'),
    make: (detail) => ({
      http1: (answer) => raw(usual({ ...answer, status: Number(detail) })),
      http2: (answer, { id }) => raw(usualFrames({ ...answer, status: Number(detail) }, id)),
      inProcess: 'answer',
    }),
  },
}

const evil: Uint8Array = Buffer.from('{"smuggled":true}')
const empty = new Uint8Array()

/** A second `content-length`. */
function second(body: Uint8Array, detail: string): Fields {
  return lengthOf(detail === 'equal' ? body : body.subarray(1))
}
