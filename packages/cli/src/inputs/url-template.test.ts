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
    '{a b}',
    '{=a}',
    '{|a}',
    '{a:0}',
    '{a:10000}',
    '{a:}',
    '{a,}',
    '{a..b}',
    '{a*:3}',
    '{$a}',
    '{/a{b}}',
  ])('refuses %s', (template) => {
    expect(() => compileUrlTemplate(template)).toThrow(/^URL template, column \d+: /)
  })
})
