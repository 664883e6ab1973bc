import { describe, expect, it } from 'vitest'
import { compileUrlTemplate } from './url-template.ts'

/** The text values of RFC 6570 section 3.2. */
const values: Readonly<Record<string, string>> = {
  var: 'value',
  hello: 'Hello World!',
  path: '/foo/bar',
  base: 'http://example.com/home/',
  half: '50%',
  who: 'fred',
  empty: '',
  x: '1024',
  y: '768',
  v: '6',
  dub: 'me/too',
  enc: 'a%2Fb%',
  quotes: "it's (*)",
  wide: 'é日😀x',
}

const expand = (template: string): string => compileUrlTemplate(template).expand((name) => values[name]!)

describe('compileUrlTemplate', () => {
  it.each([
    ['{var}', 'value'],
    ['{hello}', 'Hello%20World%21'],
    ['{half}', '50%25'],
    ['O{empty}X', 'OX'],
    ['{x,y}', '1024,768'],
    ['{x,hello,y}', '1024,Hello%20World%21,768'],
    ['?{x,empty}', '?1024,'],
    ['{var:3}', 'val'],
    ['{var:30}', 'value'],
    ['{var*}', 'value'],
    ['{+var}', 'value'],
    ['{+hello}', 'Hello%20World!'],
    ['{+half}', '50%25'],
    ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
    ['{+base}index', 'http://example.com/home/index'],
    ['up{+path}{var}/here', 'up/foo/barvalue/here'],
    ['{+path:6}here', '/foo/bhere'],
    ['{+x,hello,y}', '1024,Hello%20World!,768'],
    ['{#path,x}/here', '#/foo/bar,1024/here'],
    ['X{#empty}', 'X#'],
    ['X{.x,y}', 'X.1024.768'],
    ['X{.empty}', 'X.'],
    ['{/who,dub}', '/fred/me%2Ftoo'],
    ['{/var:1,var}', '/v/value'],
    ['{/var,empty}', '/value/'],
    ['{;x,y}', ';x=1024;y=768'],
    ['{;x,empty}', ';x=1024;empty'],
    ['{;hello:5}', ';hello=Hello'],
    ['{?x,y}', '?x=1024&y=768'],
    ['{?x,y,empty}', '?x=1024&y=768&empty='],
    ['?fixed=yes{&x}', '?fixed=yes&x=1024'],
    ['{&var:3}', '&var=val'],
    ['{+enc}', 'a%2Fb%25'],
    ['{quotes}', 'it%27s%20%28%2A%29'],
    ['{wide:3}', '%C3%A9%E6%97%A5%F0%9F%98%80'],
    ['a b%20{x}', 'a%20b%201024'],
  ])('expands %s to %s', (template, url) => {
    expect(expand(template)).toBe(url)
  })

  it('has names with blanks, dashes, umlauts and anything else, also percent-encoded', () => {
    const named = (template: string): string => compileUrlTemplate(template).expand((name) => `<${name}>`)
    expect(named('/{User ID}/{user-id}/{größe}/{$a}')).toBe(
      '/%3CUser%20ID%3E/%3Cuser-id%3E/%3Cgr%C3%B6%C3%9Fe%3E/%3C%24a%3E',
    )
    expect(named('/{User%20ID}')).toBe('/%3CUser%2520ID%3E')
    expect(compileUrlTemplate('/x{?User ID,größe,a%2Cb}').expand(() => '1')).toBe(
      '/x?User%20ID=1&gr%C3%B6%C3%9Fe=1&a%2Cb=1',
    )
  })

  it.each([
    ['https://api/users/{id}', '.'],
    ['https://api/users/{id}', '..'],
    ['https://api/users/{id}/delete', '..'],
    ['https://api/users/.{id}', '.'],
    ['https://api/users/{+id}', 'a/../..'],
    ['https://api/users/{+id}', '%2e%2E/x'],
    ['https://api/users{/id}', '..'],
    ['users/{id}', '..'],
    ['https://{id}/', '.'],
  ])('refuses a value of %s that would lead elsewhere: %s', (template, value) => {
    expect(() => compileUrlTemplate(template).expand(() => value)).toThrow(
      'a segment "." or "..", which leads elsewhere; see "id"',
    )
  })

  it('takes dots that lead nowhere, and those of the template itself or of a whole URL', () => {
    const of = (template: string, value: string): string => compileUrlTemplate(template).expand(() => value)
    expect(of('/users/{id}', '...')).toBe('/users/...')
    expect(of('/users/{id}', '%2e%2e')).toBe('/users/%252e%252e')
    expect(of('/users/{id}.json', '.')).toBe('/users/..json')
    expect(of('/a/../b/{id}?q={id}', '..x')).toBe('/a/../b/..x?q=..x')
    expect(of('/users?q={id}', '..')).toBe('/users?q=..')
    expect(of('{+url}', 'http://x/a/../b')).toBe('http://x/a/../b')
  })

  it('lists its variables, and those of the path', () => {
    const template = compileUrlTemplate('https://api/{a}/{+b}{/c}{?q,a}{&r}')
    expect(template.variables).toEqual(['a', 'b', 'c', 'q', 'r'])
    expect(template.pathVariables).toEqual(['a', 'b', 'c'])
    expect(compileUrlTemplate('https://api/x?q={q}').pathVariables).toEqual([])
  })

  it('knows the origin that values must not change', () => {
    expect(compileUrlTemplate('https://api.example.com/{id}').origin).toBe('https://api.example.com')
    expect(compileUrlTemplate('https://api.example.com{+path}').origin).toBe('https://api.example.com')
    expect(compileUrlTemplate('http://localhost:3000{?q}').origin).toBe('http://localhost:3000')
    expect(compileUrlTemplate('https://{region}.example.com/').origin).toBeUndefined()
    expect(compileUrlTemplate('{+url}').origin).toBeUndefined()
  })

  it.each([
    '{',
    'x}',
    '{}',
    '{=a}',
    '{|a}',
    '{a:0}',
    '{a:10000}',
    '{a:}',
    '{a,}',
    '{a*:3}',
    '{@a}',
    '{a:b}',
    '{/a{b}}',
  ])('refuses %s', (template) => {
    expect(() => compileUrlTemplate(template)).toThrow(/^URL template, column \d+: /)
  })
})
