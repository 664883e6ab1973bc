import { describe, expect, it } from 'vitest'
import { schemaError } from './fit-schema.ts'

describe('the error of a body that does not fit', () => {
  it.each([
    [
      'at the place in dots and brackets',
      [issue('expected number', 'items', 3, 'price')],
      'items[3].price: expected number',
    ],
    ['of the whole value without a place', [{ message: 'expected object' }], 'expected object'],
    ['with keys that are no names quoted', [issue('no', 'headers', 'x-id', 'a b')], 'headers["x-id"]["a b"]: no'],
    ['with positions that are written as text', [issue('no', 'items', '3')], 'items[3]: no'],
    ['with parts of a path that are objects', [{ message: 'no', path: [{ key: 'a' }, { key: 0 }] }], 'a[0]: no'],
    ['with symbols', [issue('no', Symbol('s'))], '[Symbol(s)]: no'],
    ['with a place that the message has already', [issue('a.b must be a number', 'a', 'b')], 'a.b must be a number'],
    ['in one line', [issue('expected\n  "x"\u0007', 'a\nb')], '["a\\nb"]: expected "x"'],
    ['for three issues', [issue('1', 'a'), issue('2', 'b'), issue('3', 'c')], 'a: 1; b: 2; c: 3'],
    [
      'with the number of others',
      [issue('1', 'a'), issue('2', 'b'), issue('3', 'c'), issue('4', 'd'), issue('5', 'e')],
      'a: 1; b: 2; c: 3; 2 others',
    ],
    ['with one other', [issue('1'), issue('2'), issue('3'), issue('4')], '1; 2; 3; 1 other'],
  ])('says it %s', (_, issues, text) => {
    expect(schemaError(issues, 200).message).toBe(`the body does not fit its schema: ${text}`)
  })

  it('cuts an issue that is long', () => {
    const { message } = schemaError([issue('x'.repeat(1_000), 'a')], 200)
    expect(message).toHaveLength('the body does not fit its schema: '.length + 200)
    expect(message.endsWith('x…')).toBe(true)
  })

  it('has the issues without the values that a vendor adds, and at most a hundred of them', () => {
    const issues = Array.from({ length: 5_000 }, (_, index) => ({ ...issue('no', 'a', index), input: 'secret' }))
    const error = schemaError(issues, 201)
    expect(error).toMatchObject({ name: 'BodyError', code: 'SLUICE_SCHEMA', status: 201 })
    expect(error.issues).toHaveLength(100)
    expect(error.issues![1]).toEqual({ path: ['a', 1], message: 'no' })
    expect(error.message).toBe('the body does not fit its schema: a[0]: no; a[1]: no; a[2]: no; 4997 others')
  })
})

function issue(message: string, ...path: readonly PropertyKey[]) {
  return { message, path }
}
