import { describe, expect, it } from 'vitest'
import { redactHeaders, redactUrl } from './redact.ts'

describe('redaction', () => {
  it.each([
    ['https://a.test/x?api_key=abc', 'https://a.test/x?api_key=***'],
    ['https://a.test/x?q=1&apiKey=abc&p=2#f', 'https://a.test/x?q=1&apiKey=***&p=2#f'],
    ['https://a.test/x?access_token=abc&sig=def', 'https://a.test/x?access_token=***&sig=***'],
    ['https://a.test/x?api%2Dkey=abc', 'https://a.test/x?api%2Dkey=***'],
    ['https://a.test/x?X-Amz-Signature=abc', 'https://a.test/x?X-Amz-Signature=***'],
    ['https://ada:pw@a.test/x', 'https://***@a.test/x'],
    ['/relative?key=abc', '/relative?key=***'],
    ['https://a.test/x?authToken=abc&clientSecret=def', 'https://a.test/x?authToken=***&clientSecret=***'],
    ['ada:pw@a.test/x', '***@a.test/x'],
    ['//ada:pw@a.test/x', '//***@a.test/x'],
    ['https://ada:p@w@a.test/x', 'https://***@a.test/x'],
    [' https://ada:pw@a.test/x', ' https://***@a.test/x'],
  ])('masks credentials in %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected)
  })

  it.each(['https://a.test/x', 'https://a.test/x?monkey=1&tokens_used=3', 'https://a.test/a@b?c=d'])(
    'leaves %s as it is',
    (url) => {
      expect(redactUrl(url)).toBe(url)
    },
  )

  it('masks credentials in headers, whatever the case of their names', () => {
    expect(redactHeaders({ Authorization: 'Bearer x', 'X-My-Token': 'y', accept: 'z' })).toEqual({
      Authorization: '***',
      'X-My-Token': '***',
      accept: 'z',
    })
  })
})
