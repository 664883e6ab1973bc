import { describe, expect, it } from 'vitest'
import { completeUrl, urlProblem } from './url-lines.ts'

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
    ['/path', '/path'],
    ['', ''],
  ])('makes %s into %s', (text, url) => {
    expect(completeUrl(text)).toBe(url)
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
  ])('says what is wrong with %j', (text, problem) => {
    expect(urlProblem(text)).toBe(problem)
  })
})
