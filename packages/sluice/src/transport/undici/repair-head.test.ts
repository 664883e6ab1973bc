import { describe, expect, it } from 'vitest'
import { repairHead } from './repair-head.ts'

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines].join('\r\n')

describe('repairHead', () => {
  it.each([
    ['control characters', head('X-A: a\x01b\x7f', 'B: c'), head('X-A: a b ', 'B: c')],
    ['a folded line', head('X-A: a', ' b', '\tc', 'D: e'), head('X-A: a b c', 'D: e')],
    ['a space in a name, and before the colon', head('X A : 1', 'B: c'), head('X-A: 1', 'B: c')],
    ['the same length twice', head('Content-Length: 2', 'A: b', 'content-length: 2'), head('Content-Length:2', 'A: b')],
    ['the same length as a list', head('Content-Length: 2, 2', 'A: b'), head('Content-Length:2', 'A: b')],
    ['line feeds alone', 'HTTP/1.1 200 OK\nA: b\nContent-Length: 2', 'HTTP/1.1 200 OK\nA: b\nContent-Length:2'],
    ['bytes of other character sets', head('X-A: gr\xfc\xdfe'), head('X-A: gr\xfc\xdfe')],
  ])('mends %s', (_, given, text) => {
    expect(repairHead(given)).toEqual({ text, mustClose: false })
  })

  it('leaves out a length beside a transfer coding, and lets the connection be used no more', () => {
    expect(repairHead(head('Content-Length: 9', 'Transfer-Encoding: chunked'))).toEqual({
      text: head('Transfer-Encoding: chunked'),
      mustClose: true,
    })
  })

  it.each([
    ['two lengths', head('Content-Length: 2', 'Content-Length: 3')],
    ['a list of two lengths', head('Content-Length: 2, 3')],
    ['a length that is none', head('Content-Length: 2x')],
    ['an empty length', head('Content-Length:')],
  ])('leaves %s alone', (_, given) => {
    expect(repairHead(given)).toBeUndefined()
  })
})
