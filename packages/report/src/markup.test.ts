import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText } from './markup.ts'

describe('cleanText', () => {
  it.each([
    ['plain', 'plain', 'text as it is'],
    ['a\r\n\tb\u2028c', 'a b c', 'line breaks and tabs as one blank'],
    ['a\u0000b\u001bc\u009fd', 'a�b�c�d', 'control characters as what cannot be shown'],
    ['\u202eabc\u2066\u2069\u200f\u061c', 'abc', 'marks of direction not at all'],
    ['a\ud800b\udc00', 'a�b�', 'halves of characters as what cannot be shown'],
    ['\ufffe\u{1ffff}', '��', 'what is no character as what cannot be shown'],
    ['👩‍👩‍👧 שלום', '👩‍👩‍👧 שלום', 'emoji and other scripts as they are'],
    ['  ', '', 'blanks at the ends not at all'],
  ])('shows %j as %j: %s', (text, expected) => {
    expect(cleanText(text)).toBe(expected)
  })

  it('cuts long text, and shows that it did', () => {
    expect(cleanText('a'.repeat(300))).toBe('a'.repeat(300))
    expect(cleanText('a'.repeat(301))).toBe(`${'a'.repeat(299)}…`)
    expect(cleanText('abcdef', 4)).toBe('abc…')
  })

  it('shows that it cut, even if all it looked at was left out', () => {
    expect(cleanText('\n'.repeat(5_000), 10)).toBe('…')
  })

  it('does not cut within a character that consists of several', () => {
    expect(cleanText('ab👩‍👩‍👧cd', 6)).toBe('ab…')
    expect(cleanText('abc👋d', 5)).toBe('abc…')
  })

  it('cuts a single character to which marks were added without end', () => {
    expect(cleanText(`a${'\u0301'.repeat(1_000_000)}`, 20)).toHaveLength(20)
  })

  it('is never longer than asked, well-formed, and of a single line, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 2, max: 40 }), (text, length) => {
        const clean = cleanText(text, length)
        expect(clean.length).toBeLessThanOrEqual(length)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
