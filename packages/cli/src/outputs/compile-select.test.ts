import { describe, expect, it } from 'vitest'
import { compileSelect, splitList } from './compile-select.ts'

const record = {
  status: 200,
  id: '8',
  data: {
    id: 1,
    'a,b': 2,
    items: [
      { n: 1, p: 5 },
      { n: 2, p: 15 },
    ],
  },
}

describe('splitList', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['[a,b],{c:d,e:f},f(g,h)', ['[a,b]', '{c:d,e:f}', 'f(g,h)']],
    ['"a,b",`[1,2]`,\'x,y\'', ['"a,b"', '`[1,2]`', "'x,y'"]],
    ['"a\\",b",c', ['"a\\",b"', 'c']],
    ['a[?b==`","`],c', ['a[?b==`","`]', 'c']],
    ['a,', ['a', '']],
    ['"a,b', ['"a,b']],
  ])('splits %s', (list, texts) => {
    expect(splitList(list).map((item) => item.text)).toEqual(texts)
  })

  it('says where each begins', () => {
    expect(splitList('a,  bc').map((item) => item.start)).toEqual([0, 4])
  })
})

describe('compileSelect', () => {
  it('names an expression as asked to, and by its text otherwise', () => {
    const select = compileSelect('price = data.id, full name=id,ok=status == `200`,status==`200`,data.items[?n==`2`].p')
    expect(select.names).toEqual(['price', 'full name', 'ok', 'status==`200`', 'data.items[?n==`2`].p'])
    expect(Object.values(select.apply(record))).toEqual([1, '8', true, true, [15]])
    expect(() => compileSelect('a=status,a=id')).toThrow('a is the name of two expressions, at column 12')
    expect(() => compileSelect('a=foo(')).toThrow('at column 7')
    expect(() => compileSelect('a=')).toThrow('an expression is missing, at column 3')
  })

  it('applies each expression to the whole record, and names it by its text', () => {
    const select = compileSelect('status, data.id,data."a,b",data.items[?p > `10`].n,{i:id,s:status}')
    expect(select.names).toEqual(['status', 'data.id', 'data."a,b"', 'data.items[?p > `10`].n', '{i:id,s:status}'])
    expect(select.apply(record)).toEqual({
      status: 200,
      'data.id': 1,
      'data."a,b"': 2,
      'data.items[?p > `10`].n': [2],
      '{i:id,s:status}': { i: '8', s: 200 },
    })
  })

  it('gives null for what is not there or does not fit', () => {
    expect(compileSelect('nope,data.x.y,length(error),sum(data.items),constructor').apply(record)).toEqual({
      nope: null,
      'data.x.y': null,
      'length(error)': null,
      'sum(data.items)': null,
      constructor: null,
    })
  })

  it.each([
    ['data.', 'this is not a JMESPath expression, at column 6\n  data.\n       ^'],
    ['status,data.items[', 'at column 19'],
    ['status,,id', 'an expression is missing, at column 8'],
    ['', 'an expression is missing, at column 1'],
    ['a b', 'at column 3'],
    ['id,a.b..c', 'at column 8'],
    ['id,a[b', 'at column 6'],
    ['id,foo#bar', 'at column 7'],
    ["id,'x", 'this quote is never closed, at column 4'],
    ['id,nofn(data)', 'there is no function nofn, at column 4'],
    ['id,"ab', 'this quote is never closed, at column 4'],
  ])('refuses %j and shows the place', (list, message) => {
    expect(() => compileSelect(list)).toThrow(message)
    expect(() => compileSelect(list)).toThrow(expect.objectContaining({ name: 'SettingsError' }))
  })
})
