import { describe, expect, it } from 'vitest'
import { compileJsonTemplate } from './json-template.ts'

const fill = (template: unknown, values: Readonly<Record<string, string>>): unknown =>
  compileJsonTemplate(JSON.stringify(template)).fill((name) => values[name]!)

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
    expect(fill(template, { n: ' -1.5e3 ', tags: '["a",{"b":1}]' })).toEqual({
      n: -1500,
      tags: ['a', { b: 1 }],
      text: ' -1.5e3 ',
    })
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
    ['0x10', 'column "n": not a number'],
    ['1,5', 'column "n": not a number'],
    ['Infinity', 'column "n": not a number'],
    ['1e999', 'column "n": too large to be an exact number'],
    ['12345678901234567890', 'column "n": too large to be an exact number'],
  ])('refuses the number %s without repeating it', (value, message) => {
    expect(() => fill('{n|number}', { n: value })).toThrow(message)
    expect(() => fill('{n|number}', { n: value })).not.toThrow(new RegExp(`: .*${value}`))
  })

  it('refuses JSON that is none, without repeating it', () => {
    expect(() => fill('{n|json}', { n: '{"token": s3cr3t}' })).toThrow(/^column "n": not valid JSON((?!cr3t).)*$/)
  })

  it.each(['not json', '"{a"', '"a}"', '"x {a|number}"', '"{}"', '"{a|date}"'])(
    'refuses the template %s',
    (template) => {
      expect(() => compileJsonTemplate(template)).toThrow('--json-template: ')
    },
  )
})
