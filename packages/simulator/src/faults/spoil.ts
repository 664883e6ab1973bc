import { statusLine } from 'sluice/internal'
import { type Answer, json, problem } from './answer.ts'
import { beginningOf, contentOf, type Message } from './content.ts'
import type { Fault } from './fault.ts'
import { gzipBomb } from './gzip-bomb.ts'
import { type Plan, type PlannedAnswer, type PlannedBody, wholeBody } from './plan.ts'

/** Plan of how a response reaches the client with `fault`; intact without one. */
export function spoil(answer: Answer, fault: Fault | undefined): Plan {
  if (fault === undefined)
    return plan(answer, answer.pace && { ...answer.pace, chunks: answer.body.chunks, length: undefined })
  switch (fault.kind) {
    case 'reset':
    case 'hang':
    case 'garbage':
      return { kind: fault.kind }
    case 'status':
      return plan(problem(fault.status, 'made_up', `${statusLine(fault.status)}, as this scenario has it now and then`))
    case 'reset-body':
      return cutShort(answer, 'reset', fault.after)
    case 'hang-body':
      return cutShort(answer, 'hang', fault.after)
    case 'truncated':
      return cutShort(answer, 'close', fault.after)
    case 'malformed':
      return malformed(answer)
    case 'wrong-type':
      return wrongType()
    case 'gzip-bomb':
      return bomb(fault.size)
    case 'endless':
      return endless()
    case 'drip':
      return drip(answer, fault.every)
    case 'redirect-loop':
      return redirect('/fault/redirect-loop')
    case 'redirect-away':
      return redirect(fault.to)
    default:
      if ('change' in fault) return plan(fault.change(withBody(answer)))
      return { ...plan(withBody(answer)), onWire: fault.onWire }
  }
}

function plan({ status, headers, body }: Message, planned: PlannedBody = wholeBody(body)): PlannedAnswer {
  return { kind: 'answer', status, headers, body: planned }
}

/** Gives a response a body if it has none, for faults of the body. */
function withBody(answer: Answer): Answer {
  return answer.body.length >= 2 ? answer : json(200, { message: 'a body for a fault to happen to' })
}

/** The first `after` bytes of the announced body, by default half of it, and never all. */
function cutShort(answer: Answer, ending: PlannedBody['ending'], after?: number): Plan {
  const whole = withBody(answer)
  const { length } = whole.body
  const { chunks } = beginningOf(whole.body, Math.min(after ?? Math.floor(length / 2), length - 1))
  return plan(whole, { chunks, length, every: 0, ending })
}

/** Declares JSON, arrives intact, and stops in the middle of the document. */
function malformed(answer: Answer): Plan {
  const text =
    answer.headers['content-type']?.includes('json') === true && answer.headers['content-encoding'] === undefined
  const whole = text ? withBody(answer) : json(200, { message: 'JSON that breaks off' })
  return plan(whole, wholeBody(beginningOf(whole.body, Math.floor(whole.body.length / 2))))
}

/** HTML page as a proxy sends it instead of the API, with status 200. */
function wrongType(): Plan {
  const page = '<!doctype html><title>One moment</title><p>This page is shown where data was requested.</p>\n'
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  return plan({ status: 200, headers, body: contentOf(Buffer.from(page)) })
}

function bomb(size: number): Plan {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  return plan({ status: 200, headers, body: gzipBomb(size) })
}

const opening: Uint8Array = Buffer.from('{"items":[0')
const filler: Uint8Array = Buffer.alloc(16 * 1024, ',0')

/** An endless JSON list. */
function endless(): Plan {
  const chunks = {
    *[Symbol.iterator]() {
      yield opening
      for (;;) yield filler
    },
  }
  const headers = { 'content-type': 'application/json' }
  return { kind: 'answer', status: 200, headers, body: { chunks, length: undefined, every: 0, ending: 'end' } }
}

/** Bytes per piece. */
const drop = 16

function drip(answer: Answer, every: number): Plan {
  const whole = withBody(answer)
  const drops = {
    *[Symbol.iterator]() {
      for (const chunk of whole.body.chunks) {
        for (let at = 0; at < chunk.byteLength; at += drop) yield chunk.subarray(at, at + drop)
      }
    },
  }
  return plan(whole, { chunks: drops, length: whole.body.length, every, ending: 'end' })
}

function redirect(location: string): Plan {
  return plan(json(302, { message: 'look elsewhere', location }, { location }))
}
