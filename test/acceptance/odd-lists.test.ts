import { createSimulator, type Simulator, simulatorTransport } from '@sluice/simulator'
import { createClient } from 'sluice'
import type { LinkStyle, PageStyle } from 'sluice/internal'
import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'

// Lists that do not keep to what lists promise: an endless one, one that goes in circles, one that lies.

interface Walked {
  readonly ids: readonly number[]
  readonly error: { readonly code?: string; readonly message: string } | undefined
  readonly simulator: Simulator
}

/** Items of a list before it ends, and how it ends. */
async function walk(list: string, options: object): Promise<Walked> {
  const clock = new ManualClock()
  const simulator = createSimulator({ latency: '10ms' }, { clock })
  const client = createClient({ clock, transport: simulatorTransport(simulator), baseUrl: 'https://shop.test' })
  const ids: number[] = []
  let error: Walked['error']
  const work = (async () => {
    const login = { url: '/catalogue/login', json: { user: 'ada', password: 'practice' } }
    const { value } = await client.send<{ access_token: string }>(login)
    const request = { url: `/catalogue/odd/${list}`, headers: { authorization: `Bearer ${value.access_token}` } }
    try {
      for await (const { id } of client.paginate<{ id: number }>(request, options as never)) ids.push(id)
    } catch (thrown) {
      error = thrown as Error
    }
  })()
  await clock.runUntilSettled(work)
  await client.close()
  expect(clock.pending).toBe(0)
  return { ids, error, simulator }
}

const byLink = { style: 'link' as LinkStyle['style'], items: 'items' }
const byPage = { style: 'page' as PageStyle['style'], items: 'items' }
const byCursor = { style: 'cursor', path: 'next_cursor', param: 'cursor', items: 'items' }
const byNext = { style: 'next-url', path: 'next', items: 'items' }
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

describe('a list that', () => {
  it.each([
    ['link', byLink],
    ['next-url', byNext],
    ['cursor', byCursor],
    ['page', byPage],
  ])('never ends is left with a clear error after as many pages as may be: %s', async (_, style) => {
    const { ids, error, simulator } = await walk('endless', { ...style, maxPages: 7 })
    expect(error).toMatchObject({ code: 'SLUICE_PAGE_LIMIT', message: expect.stringContaining('maxPages') })
    expect(ids).toEqual(upTo(21))
    expect(simulator.stats().paths['/catalogue/odd/:name']).toBe(7)
  })

  it.each([
    ['link', byLink],
    ['next-url', byNext],
    ['cursor', byCursor],
  ])('goes in circles is left when it comes back: %s', async (_, style) => {
    const { ids, error, simulator } = await walk('circle', style)
    expect(error).toMatchObject({ code: 'SLUICE_PAGE_LOOP' })
    // The first page was asked for without a number, and comes once more under its own.
    expect(ids).toEqual([...upTo(9), 1, 2, 3])
    expect(simulator.stats().paths['/catalogue/odd/:name']).toBe(4)
  })

  it.each([[byPage], [{ ...byPage, total: 'total' }]])(
    'gives the same page again and again is found out: %j',
    async (style) => {
      const { ids, error } = await walk('same-page', style)
      expect(error).toMatchObject({ code: 'SLUICE_PAGE_LOOP' })
      expect(ids).toEqual(upTo(3))
    },
  )

  it.each([
    ['link', byLink],
    ['next-url', byNext],
  ])('leads to another origin is not followed: %s', async (_, style) => {
    const { ids, error, simulator } = await walk('elsewhere', style)
    expect(error).toMatchObject({ code: 'SLUICE_PAGE_ORIGIN', message: expect.stringContaining('allowOrigins') })
    expect(ids).toEqual(upTo(3))
    expect(simulator.stats().requests).toBe(2)
  })

  it('has fewer items than it tells gives those there are, and then says that it lied', async () => {
    const { ids, error } = await walk('fewer-than-told', { ...byPage, total: 'total' })
    expect(ids).toEqual(upTo(5))
    expect(error).toMatchObject({ code: 'SLUICE_PAGE_SHAPE' })
  })

  it('has more items than it tells is followed by its links to the last', async () => {
    const { ids, error } = await walk('more-than-told', byLink)
    expect([ids, error]).toEqual([upTo(12), undefined])
  })

  it.each([
    ['no-items', byPage, 'items'],
    ['text-total', { ...byPage, total: 'total' }, 'total'],
  ])('lacks what it should have is named with the path: %s', async (list, style, path) => {
    const { error } = await walk(list, style)
    expect(error).toMatchObject({ code: 'SLUICE_PAGE_SHAPE', message: expect.stringContaining(path) })
  })
})
