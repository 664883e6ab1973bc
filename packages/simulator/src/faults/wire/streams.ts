import { errorCodeNames } from 'sluice/internal'
import { choice, type Detail, type WireForm } from '../detail.ts'
import { bodyOf, fieldsOf, halfOf, head, lengthOf, raw, usual } from './http1.ts'
import { data, type ErrorCode, goaway, headers, rstStream, streamFields, usualFrames } from './http2.ts'

type StreamFault = 'rst' | 'rst-body' | 'goaway' | 'goaway-processed' | 'goaway-answered' | 'silent'

/** Faults of HTTP/2 streams and connections, by name. Over HTTP/1.1 they affect the connection. */
export const streamFaults: Readonly<Record<StreamFault, WireForm>> = {
  rst: {
    detail: code('CANCEL'),
    make: (detail) => ({
      http1: () => raw([], 'reset'),
      http2: (_answer, { id }) => raw([rstStream(id, detail as ErrorCode)]),
      inProcess: 'reset',
      isRefusal: detail === 'REFUSED_STREAM',
    }),
  },
  'rst-body': {
    detail: code('CANCEL'),
    make: (detail) => ({
      http1: (answer) => {
        const body = bodyOf(answer)
        return raw([head(answer.status, [...fieldsOf(answer), ...lengthOf(body)]), halfOf(body)], 'reset')
      },
      // No `content-length`: only the reset shows that the body is incomplete.
      http2: (answer, { id }) => {
        const half = data(id, halfOf(bodyOf(answer)), { end: false })
        return raw([headers(id, streamFields(answer)), half, rstStream(id, detail as ErrorCode)])
      },
      inProcess: 'reset',
    }),
  },
  goaway: {
    detail: code('NO_ERROR'),
    make: (detail) => ({
      http1: () => raw([], 'close'),
      // A newer stream was accepted already: then only this one is refused, which as clearly means that it was not
      // processed.
      http2: (_answer, { id, newest }) =>
        id === newest
          ? raw([goaway(Math.max(0, id - 2), detail as ErrorCode)])
          : raw([goaway(newest, detail as ErrorCode), rstStream(id, 'REFUSED_STREAM')]),
      inProcess: 'reset',
      isRefusal: true,
    }),
  },
  'goaway-processed': {
    detail: code('INTERNAL_ERROR'),
    make: (detail) => ({
      http1: () => raw([], 'close'),
      http2: (_answer, { newest }) => raw([goaway(newest, detail as ErrorCode)], 'close'),
      inProcess: 'reset',
    }),
  },
  'goaway-answered': {
    detail: code('NO_ERROR'),
    make: (detail) => ({
      http1: (answer) => raw(usual(answer), 'close'),
      http2: (answer, { id, newest }) => raw([...usualFrames(answer, id), goaway(newest, detail as ErrorCode)]),
      inProcess: 'answer',
    }),
  },
  silent: {
    make: () => ({ http1: () => raw([], 'hang'), http2: () => raw([], 'hang'), inProcess: 'hang' }),
  },
}

function code(standard: ErrorCode): Detail {
  return choice(standard, ...errorCodeNames.filter((name) => name !== standard))
}
