import { describe, expect, it } from 'vitest'
import { completeUrl, urlProblem } from './url-text.ts'

describe('completeUrl', () => {
  it.each([
    [':3000/x', 'http://localhost:3000/x'],
    [':3000', 'http://localhost:3000'],
    ['localhost:8080/x', 'http://localhost:8080/x'],
    ['localhost', 'http://localhost'],
    ['api.localhost:80', 'http://api.localhost:80'],
    ['127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
    ['127.0.0.1?q', 'http://127.0.0.1?q'],
    ['[::1]:3000/', 'http://[::1]:3000/'],
    ['example.com/x', 'https://example.com/x'],
    ['example.com:8443/x', 'https://example.com:8443/x'],
    ['localhost.example.com', 'https://localhost.example.com'],
    ['http://x', 'http://x'],
    ['HTTPS://x', 'HTTPS://x'],
    ['mailto:x', 'mailto:x'],
    ['münchen.example/x', 'https://münchen.example/x'],
    ['db-1:8080/x', 'https://db-1:8080/x'],
    ['8.8.8.8/x', 'https://8.8.8.8/x'],
    ['/path', '/path'],
    ['', ''],
  ])('makes %s into %s', (text, url) => {
    expect(completeUrl(text)).toBe(url)
  })

  it.each([
    '16843009',
    '2026-01-02',
    '10:30',
    '1.10',
    'v1.2.3',
    'null',
    'N/A',
    'TODO',
    '-',
    'out=file1.bin',
    '--header=x.example',
    'ann@mail.example',
    'id,url',
    'a.example,b.example',
    '1,http://x.example/',
    '"http://x.example/"',
    'http//x.example/',
    'e.g.',
    '\u200bhttp://x.example/',
    'a b.example',
  ])('makes no host of %j, which is no URL', (text) => {
    expect(completeUrl(text)).toBe(text)
    expect(urlProblem(text)).toBeDefined()
  })

  it('takes text without a scheme as a path when there is a base URL', () => {
    expect(completeUrl('products/1', 'https://api.example.com/v1/')).toBe('products/1')
    expect(completeUrl(':3000/x', 'https://api.example.com')).toBe('http://localhost:3000/x')
  })
})

describe('urlProblem', () => {
  it('finds nothing wrong with http, https and relative URLs', () => {
    expect(urlProblem('http://x/')).toBeUndefined()
    expect(urlProblem('/x', 'https://api.example.com')).toBeUndefined()
    expect(urlProblem('x?y', 'https://api.example.com')).toBeUndefined()
  })

  it.each([
    ['', 'the URL is empty'],
    ['/x', '"/x" is relative, and there is no --base-url'],
    ['//evil.example/x', '"//evil.example/x" has no scheme; write https: before it'],
    ['ftp://x/y', '"ftp://x/y" has the scheme ftp; only http and https can be called'],
    ['http://a b/', '"http://a b/" is not a URL'],
    ['http://u:pass@:1/', '"http://***@:1/" is not a URL'],
    ['http:/x/y', '"http:/x/y" is not a URL; a URL begins with https:// and a host'],
    ['https:///x', '"https:///x" is not a URL; a URL begins with https:// and a host'],
    ['https://https://x', '"https://https://x" is not a URL; a URL begins with https:// and a host'],
    ['http//x', '"http//x" is not a URL; the colon after the scheme is missing'],
    ['"http://x"', '"\\"http://x\\"" is not a URL; write it without quotes'],
    ['id,url', '"id,url" is not a URL; if this is a table, --input-format csv reads it'],
    ['17', '"17" is not a URL; a host without a dot needs its scheme, and --url makes URLs of ids'],
    ['\ufeffhttp://x', 'there is an invisible character (U+FEFF) at the beginning of the URL'],
    ['http://x/\u200b', 'there is an invisible character (U+200B) at the end of the URL'],
  ])('reports the problem with %j', (text, problem) => {
    expect(urlProblem(text)).toBe(problem)
  })
})
