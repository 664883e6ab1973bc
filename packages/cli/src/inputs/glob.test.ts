import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countGlob, expandGlob, globGroups } from './glob.ts'

const all = (text: string): string[] => [...expandGlob(text)]

describe('expandGlob', () => {
  it.each([
    ['x/[1-3]', ['x/1', 'x/2', 'x/3']],
    ['[001-003]', ['001', '002', '003']],
    ['[01-100:33]', ['01', '34', '67', '100']],
    ['[0-4:2]', ['0', '2', '4']],
    ['[3-3]', ['3']],
    ['[08-12]', ['08', '09', '10', '11', '12']],
    ['[a-e:2]', ['a', 'c', 'e']],
    ['[X-Z]', ['X', 'Y', 'Z']],
    ['{a,b}', ['a', 'b']],
    ['{a}', ['a']],
    ['x/{a,}', ['x/a', 'x/']],
    ['{a,b}[1-2]', ['a1', 'a2', 'b1', 'b2']],
    ['{a\\,b,c\\}}', ['a,b', 'c}']],
    ['\\[1-2\\]\\{x\\}', ['[1-2]{x}']],
    ['a\\q[]', ['a\\q[]']],
    ['plain', ['plain']],
    ['', ['']],
  ])('reads %s as curl does', (text, urls) => {
    expect(all(text)).toEqual(urls)
    expect(countGlob(text)).toBe(urls.length)
  })

  it('lets the last place vary fastest', () => {
    expect(all('[1-2]-{a,b}-[x-y]').slice(0, 4)).toEqual(['1-a-x', '1-a-y', '1-b-x', '1-b-y'])
  })

  it('leaves IPv6 addresses alone', () => {
    expect(all('http://[::1]:3000/[1-2]')).toEqual(['http://[::1]:3000/1', 'http://[::1]:3000/2'])
    expect(all('http://[fe80::1%25eth0]/')).toEqual(['http://[fe80::1%25eth0]/'])
  })

  it('makes URLs one at a time, however many there are', () => {
    const text = 'http://localhost/[1-1000000000]/[1-1000000000]'
    expect(countGlob(text)).toBe(1e18)
    expect(expandGlob(text)[Symbol.iterator]().next().value).toBe('http://localhost/1/1')
  })

  it('can be gone through more than once', () => {
    const urls = expandGlob('[1-2]')
    expect([...urls, ...urls]).toEqual(['1', '2', '1', '2'])
  })

  it.each([
    ['http://x/[9-1]', 'column 10: [9-1] runs backwards; write [1-9]'],
    ['[a-Z]', 'column 1: [a-Z] is not a range'],
    ['x?filter[name]=1', 'column 9: [name] is not a range'],
    ['[1-3:9]', 'column 1: the step of [1-3:9] must be from 1 to 2'],
    ['[1-3:0]', 'column 1: the step of [1-3:0] must be from 1 to 2'],
    ['[1-99999999999999999]', 'column 1: [1-99999999999999999] goes beyond 2^53'],
    ['x{}', 'column 2: {} is empty'],
    ['[1-', 'column 1: the [ is never closed'],
    ['{a', 'column 1: the { is never closed'],
    ['a]', 'column 2: the ] was never opened'],
    ['a}', 'column 2: the } was never opened'],
    ['{a{b}}', 'column 3: a { cannot appear inside { }'],
    ['{a[1-2]}', 'column 3: a [ cannot appear inside { }'],
  ])('refuses %s at once, and says where', (text, message) => {
    expect(() => expandGlob(text)).toThrow(message)
    expect(() => countGlob(text)).toThrow(expect.objectContaining({ code: 'SLUICE_BAD_INPUT' }))
  })

  it('says how to send brackets as they are', () => {
    expect(() => expandGlob('[x]')).toThrow('use --no-glob')
  })

  it('makes as many URLs as it counts, all different for different ranges', () => {
    const range = fc
      .record({
        from: fc.nat(500),
        more: fc.integer({ min: 1, max: 40 }),
        width: fc.nat(6),
        step: fc.integer({ min: 1, max: 5 }),
      })
      .map(({ from, more, width, step }) => {
        const first = String(from).padStart(width, '0')
        return `[${first}-${from + more}:${Math.min(step, more)}]`
      })
    const set = fc
      .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 4 })
      .map((items) => `{${items.join(',')}}`)
    fc.assert(
      fc.property(fc.array(fc.oneof(range, set), { minLength: 1, maxLength: 3 }), (places) => {
        const text = `http://h/${places.join('/')}`
        const urls = all(text)
        expect(urls.length).toBe(countGlob(text))
        expect(new Set(urls).size).toBe(urls.length)
      }),
      { numRuns: 200 },
    )
  })

  it('returns unchanged any text whose brackets and braces are escaped', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\\')),
        (text) => {
          expect(all(text.replace(/[[\]{}]/g, '\\$&'))).toEqual([text])
        },
      ),
    )
  })
})

describe('globGroups', () => {
  it.each([
    ['http://x/[1-1000000000]', [{ first: 'http://x/1', count: 1e9 }]],
    [
      'http://{a,b}.x/[1-9]?q={c,d}',
      [
        { first: 'http://a.x/1?q=c', count: 18 },
        { first: 'http://b.x/1?q=c', count: 18 },
      ],
    ],
    [
      ':[1-2]/[a-z]',
      [
        { first: ':1/a', count: 26 },
        { first: ':2/a', count: 26 },
      ],
    ],
    ['http://x', [{ first: 'http://x', count: 1 }]],
    ['/items/[1-5]', [{ first: '/items/1', count: 5 }]],
    [
      'http://{a/1,b/2}/[1-5]',
      [
        { first: 'http://a/1/1', count: 5 },
        { first: 'http://b/2/1', count: 5 },
      ],
    ],
  ])('counts %s by host', (text, groups) => {
    expect([...globGroups(text)]).toEqual(groups)
  })
})
