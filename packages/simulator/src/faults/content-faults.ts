import { gzipSync } from 'node:zlib'
import { contentOf, type Message } from './content.ts'
import { count, type Detail, word } from './detail.ts'

/** A content fault: a different response that arrives intact. */
export interface ContentForm {
  readonly detail?: Detail
  readonly make: (answer: Message, detail: string) => Message
}

/** Names of the content faults. */
export type ContentFaultName =
  | 'nested'
  | 'lying-encoding'
  | 'truncated-gzip'
  | 'gzip-junk'
  | 'gzip-members'
  | 'huge-head'
  | 'many-fields'

/** All content faults, by name. */
export const contentFaults: Readonly<Record<ContentFaultName, ContentForm>> = {
  nested: {
    detail: count(5_000, 1, 10_000_000),
    make: (_answer, detail) => {
      const depth = Number(detail)
      return withText('application/json', `${'['.repeat(depth)}${']'.repeat(depth)}`)
    },
  },
  'lying-encoding': {
    detail: word('gzip'),
    make: (answer, detail) => ({ ...answer, headers: { ...answer.headers, 'content-encoding': detail } }),
  },
  'truncated-gzip': { make: (answer) => gzipped(answer, (bytes) => bytes.subarray(0, bytes.byteLength >> 1)) },
  'gzip-junk': { make: (answer) => gzipped(answer, (bytes) => Buffer.concat([bytes, Buffer.from('no gzip at all')])) },
  'gzip-members': { make: (answer) => gzipped(answer, (bytes) => bytes, 2) },
  'huge-head': {
    detail: count(100_000, 1, 10_000_000),
    make: (answer, detail) => withFields(answer, { 'x-huge': '.'.repeat(Number(detail)) }),
  },
  'many-fields': {
    detail: count(5_000, 1, 100_000),
    make: (answer, detail) =>
      withFields(answer, Object.fromEntries(Array.from({ length: Number(detail) }, (_, index) => [`x-${index}`, '1']))),
  },
}

export const contentFaultNames: readonly ContentFaultName[] = Object.keys(contentFaults) as ContentFaultName[]

function withText(type: string, text: string): Message {
  return { status: 200, headers: { 'content-type': type }, body: contentOf(Buffer.from(text)) }
}

function withFields(answer: Message, fields: Readonly<Record<string, string>>): Message {
  return { ...answer, headers: { ...answer.headers, ...fields } }
}

/** The response in gzip, as `members` separately compressed parts, then altered by `change`. */
function gzipped(answer: Message, change: (bytes: Buffer) => Buffer, members = 1): Message {
  const isPlain = answer.headers['content-encoding'] === undefined
  const whole = isPlain ? answer : withText('application/json', '{"message":"a body for a fault to happen to"}')
  const body = Buffer.concat([...whole.body.chunks])
  const size = Math.max(1, Math.ceil(body.byteLength / members))
  const parts = Array.from({ length: members }, (_, index) => gzipSync(body.subarray(index * size, (index + 1) * size)))
  const bytes = change(Buffer.concat(parts))
  return { ...whole, headers: { ...whole.headers, 'content-encoding': 'gzip' }, body: contentOf(bytes) }
}
