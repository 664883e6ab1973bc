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

  it.each([
    'https://u:s3cr3t@a.test/?m=a@b',
    'http:u:s3cr3t@a.test',
    'http:/u:s3cr3t@a.test',
    'http:\\\\u:s3cr3t@a.test/',
    'ht\ntp://u:s3cr3t@a.test/',
    '\0http://u:s3cr3t@a.test/',
    'http://u:pa/s3cr3t@a.test/',
    'http://u:pa?s3cr3t@a.test/',
    'http://u:pa#s3cr3t@a.test/',
    'http://u:pa\\s3cr3t@a.test/',
    'http://u:p@b:s/s3cr3t@a.test/',
    'http://u:s3cr3t%40a.test/',
    'http://u:s3cr3t@',
    'http://u:s3cr3t@a test/',
    'http://u:s3cr3t@a.test:99999/',
    'http://u:s3cr3t@[::1]:80/',
    'htp://u:s3cr3t@a.test/',
    'HTTP://u:s3cr3t@a.test/',
    'u:s3cr3t@127.0.0.1:80/x',
    'socks5://u:s3cr3t@127.0.0.1:1',
    'postgres://u:pa/s3cr3t@a.test/db?password=s3cr3t',
    'https://a.test/?a=1;token=s3cr3t',
    'https://a.test/?token=a;s3cr3t&b=1',
    'https://a.test/?token=a?s3cr3t&b=1',
    'https://a.test/x?a=1&amp;token=s3cr3t',
    'https://a.test/x;token=s3cr3t',
    'https://a.test/x;jsessionid=s3cr3t?y=1',
    'https://a.test/token=s3cr3t/x',
    'https://a.test/#access_token=s3cr3t',
    'https://a.test/#/back?token=s3cr3t',
    'https://a.test?token=s3cr3t',
    'https://a.test/?%74oken=s3cr3t',
    'https://a.test/?token%5B%5D=s3cr3t',
    'https://a.test/?code=s3cr3t-s3cr3t-s3cr3t',
    'https://a.test/back?to=http://u:s3cr3t@b.test/',
    'https://a.test/back?to=http%3A%2F%2Fu%3As3cr3t%40b.test',
    'https://a.test/back?to=http%3a%2f%2fb.test%2f%3ftoken%3ds3cr3t',
    'https://a.test/back?to=http%253A%252F%252Fu%253As3cr3t%2540b.test',
    'https://a.test/http://u:s3cr3t@b.test/',
    'https://a.test/http%3A%2F%2Fu%3As3cr3t%40b.test',
  ])('shows no secret of %j, and leaves what it has masked as it is', (url) => {
    const shown = redactUrl(url)
    expect(shown).not.toContain('s3cr3t')
    expect(shown).toContain('***')
    expect(redactUrl(shown)).toBe(shown)
  })

  it.each([
    'https://a.test/x',
    'https://a.test/x?monkey=1&tokens_used=3',
    'https://a.test/a@b?c=d',
    'http://localhost:8080/users/ada@b.test',
    'http://[::1]:80/a@b',
    '/users/ada@b.test',
    '/ada@b.test',
    '?email=ada@b.test',
    'https://a.test/?email=ada%40b.test',
    'https://a.test/?code=DE&token_type=x',
    'https://a.test/%zz?a=%',
  ])('leaves %s as it is', (url) => {
    expect(redactUrl(url)).toBe(url)
  })

  it('masks credentials in headers, whatever the case of their names', () => {
    expect(redactHeaders({ Authorization: 'Bearer x', 'X-My-Token': 'y', accept: 'z' })).toEqual({
      Authorization: '***',
      'X-My-Token': '***',
      accept: 'z',
    })
  })
})
