import { describe, expect, it } from 'vitest'
import { SettingsError } from '../errors/settings-error.ts'
import { mergeHeaders } from './headers.ts'

describe('mergeHeaders', () => {
  it('writes names in lower case, and lets what is added win', () => {
    expect(mergeHeaders({ accept: '*/*', 'user-agent': 'sluice' }, { Accept: 'text/plain', 'X-Trace': '7' })).toEqual({
      accept: 'text/plain',
      'user-agent': 'sluice',
      'x-trace': '7',
    })
  })

  it('takes back with undefined, in any case of the name', () => {
    expect(
      mergeHeaders({ accept: '*/*', 'user-agent': 'sluice' }, { 'USER-Agent': undefined, other: undefined }),
    ).toEqual({ accept: '*/*' })
  })

  it('changes neither of what it is given', () => {
    const base = Object.freeze({ accept: '*/*' })
    const added = Object.freeze({ Accept: undefined })
    expect(mergeHeaders(base, added)).toEqual({})
    expect(base).toEqual({ accept: '*/*' })
  })

  it('trims white space around a value, as the platform does, and a line break with it', () => {
    expect(mergeHeaders({}, { 'x-key': ' \tabc def\r\n' })).toEqual({ 'x-key': 'abc def' })
  })

  it.each(['', 'a\tb', 'Jos\u00e9', '\u00ff\u0080', '!"#$%&()*+,-./:;<=>?@[]^_`{|}~'])(
    'takes the value %j',
    (value) => {
      expect(mergeHeaders({}, { 'x-value': value })).toEqual({ 'x-value': value })
    },
  )

  it.each([
    ['CR and LF', 'a\r\nx-injected: b'],
    ['LF', 'a\nb'],
    ['CR', 'a\rb'],
    ['NUL', 'a\0b'],
    ['another control character', 'a\u001bb'],
    ['DEL', 'a\u007fb'],
    ['a character beyond Latin-1', 'a\u0100'],
    ['an emoji', 'a😀'],
  ])('refuses %s in a value, and names the header, not the value', (_, value) => {
    const error = refusal(() => mergeHeaders({}, { 'X-Secret': value }))
    expect(error.code).toBe('SLUICE_BAD_INPUT')
    expect(error.message).toBe(
      'the value of header x-secret contains a character that headers do not allow: a control character, or one beyond Latin-1',
    )
  })

  it.each(['', ' ', 'a b', 'a:', 'x\r\ny', 'x\0', 'naïve', '(a)', 'a/b'])('refuses the name %j', (name) => {
    const error = refusal(() => mergeHeaders({}, { [name]: 'value-to-hide' }))
    expect(error.code).toBe('SLUICE_BAD_INPUT')
    expect(error.message).toBe(`the header name ${JSON.stringify(name)} is not a token`)
  })

  it('does not touch prototypes', () => {
    const merged = mergeHeaders({}, JSON.parse('{"constructor":"a","__proto__":"b"}'))
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    expect(merged.constructor).toBe('a')
  })
})

function refusal(work: () => unknown): SettingsError {
  try {
    work()
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
