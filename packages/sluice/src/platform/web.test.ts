import { describe, expect, it } from 'vitest'
import { seededRandom } from '../random/random.ts'
import * as node from './node.ts'
import * as web from './web.ts'

const random = seededRandom(1)
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random() * 256)
const samples = [...Array.from({ length: 140 }, (_, length) => bytes(length)), bytes(20_000)]

describe('the platform without Node', () => {
  it('has what that of Node has', () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort())
  })

  it('gives the same digests, of bytes and texts of any length, at once and in parts', () => {
    for (const sample of samples) {
      expect(web.sha256(sample)).toEqual(new Uint8Array(node.sha256(sample)))
      const inParts = web.openSha256()
      inParts.update(sample.subarray(0, sample.length / 3))
      const other = inParts.copy()
      inParts.update(sample.subarray(sample.length / 3))
      other.update('ä')
      expect(inParts.digest()).toEqual(web.sha256(sample))
      expect(other.digest()).not.toEqual(web.sha256(sample))
      expect(web.hmacSha256(sample, 'text ä€😀')).toEqual(new Uint8Array(node.hmacSha256(sample, 'text ä€😀')))
    }
    expect(web.sha256('\ud800 ä')).toEqual(new Uint8Array(node.sha256('\ud800 ä')))
  })

  it('writes and reads bytes as text in the same way', () => {
    for (const sample of samples) {
      for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const)
        expect(web.textOf(sample, encoding)).toBe(node.textOf(sample, encoding))
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = node.textOf(sample, encoding)
        expect(web.bytesOfBase64(text)).toEqual(sample)
      }
    }
    for (const text of ['', 'a', 'YW', 'YWI', ' Y\nW J=', 'Y%W==x', 'äYWJj'])
      expect(web.bytesOfBase64(text)).toEqual(new Uint8Array(node.bytesOfBase64(text)))
  })

  it('takes the same bytes for UTF-8', () => {
    const texts = ['', 'ä€😀', '\ufeffmark'].map((text) => new TextEncoder().encode(text))
    const others = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]].map((list) => Uint8Array.from(list))
    for (const sample of [...texts, ...others, ...samples]) {
      expect(web.isUtf8(sample)).toBe(node.isUtf8(sample))
      expect(web.utf8Text(sample)).toBe(node.utf8Text(sample))
    }
    expect(web.allocate(3)).toHaveLength(node.allocate(3).length)
  })
})
