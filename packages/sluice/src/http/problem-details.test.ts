import { describe, expect, it } from 'vitest'
import { parseProblem } from './problem-details.ts'

function problemIn(text: string, contentType = 'application/problem+json') {
  return parseProblem({ status: 422, headers: { 'content-type': contentType }, body: new TextEncoder().encode(text) })
}

describe('parseProblem', () => {
  it('gives the members of RFC 9457, and what the API adds', () => {
    const said = { type: 'about:blank', title: 'No', status: 422, detail: 'why', errors: [{ pointer: '#/name' }] }
    expect(problemIn(JSON.stringify(said))).toEqual(said)
    expect(problemIn('{}', ' Application/Problem+JSON; charset=utf-8')).toEqual({})
  })

  it('leaves out members of another kind than they should be', () => {
    expect(problemIn('{"title":7,"status":"422","detail":null,"code":null}')).toEqual({ code: null })
  })

  it.each([
    ['{"title":"No"}', 'application/json'],
    ['[]', 'application/problem+json'],
    ['null', 'application/problem+json'],
    ['{"title":', 'application/problem+json'],
    ['', 'application/problem+json'],
  ])('finds none in %j of %s', (text, contentType) => {
    expect(problemIn(text, contentType)).toBeUndefined()
  })

  it('adds a member named __proto__ as one like others', () => {
    expect(Object.getPrototypeOf(problemIn('{"__proto__":{"a":1}}'))).toBe(Object.prototype)
  })
})
