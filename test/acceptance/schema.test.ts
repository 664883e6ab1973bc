import { createSimulator, simulatorTransport } from '@sluice/simulator'
import { type } from 'arktype'
import { type CallResult, createClient } from 'sluice'
import { ManualClock } from 'sluice/testing'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

function setup() {
  const clock = new ManualClock()
  const simulator = createSimulator({}, { clock })
  return {
    clock,
    client: createClient({ clock, transport: simulatorTransport(simulator), baseUrl: 'http://api.test' }),
  }
}

function messageOf(result: CallResult | undefined): string {
  expect(result?.ok).toBe(false)
  const error = result?.ok === false ? result.error : undefined
  expect(error).toMatchObject({ name: 'BodyError', code: 'SLUICE_SCHEMA' })
  return error!.summary
}

describe('a schema of', () => {
  it('zod checks and types the values, and makes them into others', async () => {
    const { clock, client } = setup()
    const product = z.object({
      id: z.number(),
      name: z.string(),
      updated_at: z.string().transform((at) => new Date(at)),
    })
    const page = z.object({ items: z.array(z.object({ price: z.number(), name: z.number() })) })

    const { value } = await clock.runUntilSettled(client.get('/products/7', { schema: product }))
    const [wrong] = await clock.runUntilSettled(client.all(['/products?per_page=5'], { schema: page }))

    expectTypeOf(value).toEqualTypeOf<{ id: number; name: string; updated_at: Date }>()
    expect(value.updated_at).toBeInstanceOf(Date)
    expect(Object.keys(value)).toEqual(['id', 'name', 'updated_at'])
    expect(messageOf(wrong)).toMatch(
      /^the body does not fit its schema: items\[0\]\.name: .*expected number.*; 2 others$/,
    )
  })

  it('valibot checks and types the values, with a check that is asynchronous', async () => {
    const { clock, client } = setup()
    const product = v.pipeAsync(
      v.object({ id: v.number(), name: v.string() }),
      v.checkAsync(async ({ id }) => id < 10, 'unknown to us'),
    )

    const { value } = await clock.runUntilSettled(client.get('/products/7', { schema: product }))
    const wrong = await clock.runUntilSettled(client.try('/products/12', { schema: product }))

    expectTypeOf(value).toEqualTypeOf<{ id: number; name: string }>()
    expect(value).toEqual({ id: 7, name: expect.any(String) })
    expect(messageOf(wrong)).toBe('the body does not fit its schema: unknown to us')
  })

  it('arktype checks and types the values', async () => {
    const { clock, client } = setup()
    const product = type({ id: 'number', price: 'number' })
    const other = type({ id: 'string', nested: { list: 'string[]' } })

    const { value } = await clock.runUntilSettled(client.get('/products/7', { schema: product }))
    const wrong = await clock.runUntilSettled(client.try('/products/7', { schema: other }))

    expectTypeOf(value).toEqualTypeOf<{ id: number; price: number }>()
    expect(value.id).toBe(7)
    expect(messageOf(wrong)).toMatch(/^the body does not fit its schema: id must be a string.*; nested must be/)
  })
})
