import { describe, expect, it } from 'vitest'
import { graphqlMessages, graphqlPoints, graphqlTrouble } from './graphql.ts'
import type { ApiResponse } from './response.ts'

function answered(body: unknown, status = 200, type = 'application/json'): ApiResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: { 'content-type': type }, body: new TextEncoder().encode(text) }
}

const bucket = { maximumAvailable: 2_000, currentlyAvailable: 1_500, restoreRate: 100 }
const shopify = (cost: object, data: unknown = {}) => ({ data, extensions: { cost } })

describe('a GraphQL answer', () => {
  it.each([
    ['Shopify', { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }, 'throttled'],
    ['GitHub', { data: {}, errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }, 'throttled'],
    ['too much at once', { errors: [{ extensions: { code: 'MAX_COST_EXCEEDED' } }] }, 'failed'],
    ['errors and null', { data: null, errors: [{ type: 'NOT_FOUND' }] }, 'failed'],
    ['data and errors in some of its fields', { data: { a: null }, errors: [{ path: ['a'] }] }, undefined],
    ['data and an empty list of errors', { data: {}, errors: [] }, undefined],
    ['the word among its data', { data: { state: 'THROTTLED' } }, undefined],
    ['a body that is cut', '{"errors":[{"type":"RATE_LIMITED"', undefined],
    ['an odd body', 'null "errors"', undefined],
    ['odd errors', { data: 1, errors: [null, 1, '"THROTTLED"'] }, undefined],
  ])('of %s is told by what it means', (_name, body, expected) => {
    expect(graphqlTrouble(answered(body))?.means).toBe(expected)
  })

  it('has trouble only with status 200 and as JSON, and is whole', () => {
    const body = { errors: [{ message: 'no' }] }
    expect(graphqlTrouble(answered(body, 201))).toBeUndefined()
    expect(graphqlTrouble(answered(body, 200, 'text/plain'))).toBeUndefined()
    expect(graphqlTrouble({ ...answered(body), body: undefined as never })).toBeUndefined()
    expect(graphqlTrouble(answered(body, 200, 'application/graphql-response+json'))?.means).toBe('failed')
  })

  it('has the messages of its errors', () => {
    expect(graphqlMessages(answered({ errors: [{ message: 'one' }, null, { message: 2 }, { message: 'two' }] }))).toBe(
      'one; two',
    )
    expect(graphqlMessages(answered({ errors: 'x' }))).toBeUndefined()
  })

  it('tells the points of Shopify, wherever they stand in a large body', () => {
    const cost = { requestedQueryCost: 100, actualQueryCost: 42, throttleStatus: bucket }
    const small = graphqlPoints(answered(shopify(cost)), 0)
    expect(small).toEqual({
      actual: 42,
      requested: 100,
      signals: [
        expect.objectContaining({
          dialect: 'shopify',
          unit: 'points',
          limit: 2_000,
          remaining: 1_500,
          window: 20_000,
          resetAfter: 5_000,
          refill: 'full',
        }),
      ],
    })
    expect(graphqlPoints(answered(shopify(cost, 'x'.repeat(200_000))), 0)).toEqual(small)
    const refused = graphqlPoints(answered(shopify({ ...cost, actualQueryCost: null })), 0)
    expect(refused).toMatchObject({ actual: undefined, requested: 100 })
  })

  it('tells the points of GitHub where the query asks for them', () => {
    const rateLimit = { cost: 3, limit: 5_000, remaining: 4_990, resetAt: '2026-01-01T01:00:00Z' }
    const now = Date.UTC(2026, 0, 1)
    // The current second may be almost over.
    expect(graphqlPoints(answered({ data: { viewer: { id: 1 }, rateLimit } }), now)).toMatchObject({
      actual: 3,
      signals: [{ dialect: 'github', unit: 'points', limit: 5_000, remaining: 4_990, resetAfter: 3_601_000 }],
    })
  })

  it.each([
    { data: {} },
    { data: { note: JSON.stringify({ rateLimit: { cost: 1, remaining: 0 } }) } },
    shopify({ throttleStatus: { maximumAvailable: 'x', currentlyAvailable: -1, restoreRate: 0 } }),
    { data: { rateLimit: { cost: -1, remaining: null } } },
    { data: { rateLimit: 5 } },
  ])('tells no points that are none: %j', (body) => {
    const points = graphqlPoints(answered(body), 0)
    expect([points?.actual, points?.signals ?? []]).toEqual([undefined, []])
  })

  it('is read in no time, whatever it holds', () => {
    const startedAt = performance.now()
    for (const piece of ['"rateLimit": {', '"throttleStatus"', '"errors"', ' ', '{', '9']) {
      graphqlPoints(answered(piece.repeat(20_000)), 0)
      graphqlTrouble(answered(piece.repeat(7_000)))
    }
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
