import type { Socket } from 'node:net'
import { repairHead } from './repair-head.ts'

/** Used internals of undici's parser and of llhttp: the version is pinned, and a test fails when they change. */
interface Parser {
  readonly ptr: number
  llhttp: Llhttp
  readonly headersMaxSize: number
  headers: unknown[]
  headersSize: number
  contentLength: number
  hasTransferEncoding: boolean
  keepAlive: string
  connection: string
  execute(chunk: Buffer): void
  onMessageBegin(): number
  onHeadersComplete(status: number, upgrade: boolean, keepAlive: boolean): number
}

interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer }
  llhttp_execute(ptr: number, place: number, length: number): number
  llhttp_get_error_pos(ptr: number): number
  llhttp_reset(ptr: number): void
  llhttp_set_lenient_optional_cr_before_lf(ptr: number, isOn: number): void
}

/**
 * Errors of llhttp that a repaired head can avoid: a missing line feed or carriage return, an invalid token, length or
 * coding.
 */
const mendable: ReadonlySet<number> = new Set([2, 4, 10, 11, 15, 25, 30])

/**
 * Makes undici read responses as browsers and curl do: an unrequested 100 is skipped, and a rejected head is repaired
 * and parsed again. Ordinary responses are not affected.
 */
export function readTolerantly(socket: Socket): void {
  const parser = parserOf(socket)
  if (parser === undefined) return
  const { llhttp } = parser
  let chunk: Buffer = Buffer.alloc(0)
  let held: Buffer | undefined
  let mustClose = false
  let isInHead = false
  /** Parsed chunks with the beginning of a head that goes on in the next one. */
  let begun: Buffer[] = []
  let begunSize = 0
  /** The same and the chunk with the error, to be parsed again. */
  let whole: Buffer | undefined

  const execute = parser.execute
  parser.execute = (given) => {
    chunk = held === undefined ? given : Buffer.concat([held, given])
    held = undefined
    execute.call(parser, chunk)
    if (whole !== undefined) {
      chunk = whole
      whole = undefined
      execute.call(parser, chunk)
    }
    if (!isInHead || held !== undefined) return
    begunSize += chunk.byteLength
    if (begunSize <= parser.headersMaxSize) begun.push(chunk)
  }
  const forgetBegun = (): void => {
    if (begunSize > 0) begun = []
    begunSize = 0
  }
  const onMessageBegin = parser.onMessageBegin
  parser.onMessageBegin = () => {
    isInHead = true
    forgetBegun()
    return onMessageBegin.call(parser)
  }
  const onHeadersComplete = parser.onHeadersComplete
  parser.onHeadersComplete = (status, upgrade, keepAlive) => {
    isInHead = false
    forgetBegun()
    // undici only asserts that there is no such response, and takes an unrequested upgrade for a closed connection.
    if (status < 100 || status === 101) throw new InvalidStatus(status)
    // undici treats a 100 as an error, but accepts any other informational response (RFC 9110 section 15.2).
    return onHeadersComplete.call(parser, status === 100 ? 103 : status, upgrade, keepAlive && !mustClose)
  }

  /** Parses the head that ends the given bytes again. Returns llhttp's new result, or the old one. */
  const readAgain = (verdict: number, place: number): number => {
    if (!isInHead || begunSize > parser.headersMaxSize) return verdict
    if (begunSize > 0) {
      whole = Buffer.concat([...begun, chunk])
      forgetBegun()
      forgetHead(parser)
      llhttp.llhttp_reset(parser.ptr)
      return 0
    }
    const text = chunk.toString('latin1')
    const start = text.lastIndexOf('HTTP/1.', llhttp.llhttp_get_error_pos(parser.ptr) - place)
    const end = start < 0 ? null : /\r?\n\r?\n/.exec(text.slice(start))
    if (start < 0 || (start > 0 && text[start - 1] !== '\n')) return verdict
    if (end === null) {
      if (chunk.byteLength - start > parser.headersMaxSize) return verdict
      // The rest of the head has not arrived yet.
      held = Buffer.from(chunk.subarray(start))
      forgetHead(parser)
      llhttp.llhttp_reset(parser.ptr)
      return 0
    }
    const head = text.slice(start, start + end.index)
    const repaired = repairHead(head)
    if (repaired === undefined) return verdict
    // Aligned to the end, so that the bytes after it stay in place.
    const begin = start + head.length - repaired.text.length
    chunk.write(repaired.text, begin, 'latin1')
    new Uint8Array(llhttp.memory.buffer).set(chunk.subarray(begin, start + head.length), place + begin)
    mustClose ||= repaired.mustClose
    forgetHead(parser)
    llhttp.llhttp_reset(parser.ptr)
    llhttp.llhttp_set_lenient_optional_cr_before_lf(parser.ptr, 1)
    return llhttp.llhttp_execute(parser.ptr, place + begin, chunk.byteLength - begin)
  }
  parser.llhttp = {
    ...llhttp,
    llhttp_execute(ptr, place, length) {
      const verdict = llhttp.llhttp_execute(ptr, place, length)
      return mendable.has(verdict) ? readAgain(verdict, place) : verdict
    },
  }
}

/** Has the name of undici's own errors for invalid HTTP. */
class InvalidStatus extends Error {
  override readonly name = 'HTTPParserError'

  constructor(status: number) {
    super(`invalid status ${String(status).padStart(3, '0')}`)
  }
}

function parserOf(socket: Socket): Parser | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser')
  const parser = key === undefined ? undefined : (socket as unknown as Record<symbol, Parser>)[key]
  return typeof parser?.llhttp?.llhttp_execute === 'function' ? parser : undefined
}

function forgetHead(parser: Parser): void {
  parser.headers = []
  parser.headersSize = 0
  parser.contentLength = -1
  parser.hasTransferEncoding = false
  parser.keepAlive = ''
  parser.connection = ''
}
