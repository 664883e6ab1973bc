import { JsonNumber } from 'sluice'
import { writeJson } from 'sluice/http'
import { describe, expect, it } from 'vitest'
import { compileJsonTemplate } from './json-template.ts'

const fill = (template: unknown, values: Readonly<Record<string, unknown>>): unknown =>
  compileJsonTemplate(JSON.stringify(template)).fill((name) => values[name])
const written = (template: unknown, values: Readonly<Record<string, unknown>>): unknown =>
  writeJson(fill(template, values))

describe('compileJsonTemplate', () => {
  it('fills texts with values as they are, at any depth, and leaves the rest', () => {
    const template = { name: '{first} {last}', list: ['{last}', 1, true, null], '{key}': { a: 'x' } }
    expect(fill(template, { first: 'Zoë', last: 'O"Neil & co' })).toEqual({
      name: 'Zoë O"Neil & co',
      list: ['O"Neil & co', 1, true, null],
      '{key}': { a: 'x' },
    })
  })

  it('writes numbers and JSON where the template says so', () => {
    const template = { n: '{n|number}', tags: '{tags|json}', text: '{n}' }
    expect(written(template, { n: ' -1.5e3 ', tags: '["a",{"b":1.10}]' })).toBe(
      '{"n":-1.5e3,"tags":["a",{"b":1.10}],"text":" -1.5e3 "}',
    )
  })

  it('makes null of an empty number or JSON', () => {
    expect(fill(['{a|number}', '{b|json}', '{c}'], { a: '', b: ' ', c: '' })).toEqual([null, null, ''])
  })

  it('takes doubled braces for the braces themselves', () => {
    expect(fill('{{{a}}} {{b}}', { a: '1' })).toBe('{1} {b}')
  })

  it('lists its variables', () => {
    expect(compileJsonTemplate('{"a":"{x} {y}","b":["{x|number}"]}').variables).toEqual(['x', 'y'])
  })

  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['1e999', '1e999'],
    ['1.10', '1.10'],
    ['007', '7'],
    ['+.50', '0.50'],
    ['-5.', '-5'],
  ])('keeps the digits of the number %s', (value, number) => {
    expect(written('{n|number}', { n: value })).toBe(number)
  })

  it.each(['0x10', '1,5', 'Infinity', '.', '1e', '--1'])('refuses the number %s without repeating it', (value) => {
    expect(() => fill('{n|number}', { n: value })).toThrow(/^"n": not a number((?!0x10).)*$/)
  })

  it('leaves out of objects and lists what is empty or missing, where the template says so', () => {
    const template = { a: '{a|number?}', b: '{b|text?}', c: '{c|json?}', list: ['{a|number?}', '{d|text?}'] }
    expect(fill(template, { a: ' ', b: '', d: 'x' })).toEqual({ list: ['x'] })
    expect(fill(template, { a: '1', b: 'y', c: 'null', d: '' })).toEqual({ a: 1, b: 'y', c: null, list: [1] })
    expect(fill('{a|number?}', {})).toBeNull()
  })

  it('takes values of JSON as they are, and shows them in texts', () => {
    const values = { n: new JsonNumber('1.10'), o: { a: [1] }, t: true, z: null, s: '"x"' }
    expect(written(['{n|number}', '{o|json}', '{t|json}', '{z|json}', '{n} {o} {t} {z}.'], values)).toBe(
      '[1.10,{"a":[1]},true,null,"1.10 {\\"a\\":[1]} true ."]',
    )
    expect(() => fill('{t|number}', values)).toThrow('"t": not a number')
    expect(() => fill('{gone}', values)).toThrow('"gone": there is no such field in this line')
  })

  it('refuses JSON that is none, without repeating it', () => {
    expect(() => fill('{n|json}', { n: '{"token": s3cr3t}' })).toThrow(/^"n": not valid JSON((?!cr3t).)*$/)
  })

  it.each(['not json', '"{a"', '"a}"', '"x {a|number}"', '"{}"', '"{a|date}"'])(
    'refuses the template %s',
    (template) => {
      expect(() => compileJsonTemplate(template)).toThrow('--json-template: ')
    },
  )
})
