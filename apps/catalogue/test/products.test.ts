import { BodyError, ConnectionLostError } from 'sluice'
import { describe, expect, it } from 'vitest'
import type { Product } from '../src/index.ts'
import { asked, practice, upTo, withJson } from './practice.ts'

const options = { perPage: 50, concurrency: 10 }

async function idsOf(products: AsyncIterable<Product>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of products) ids.push(id)
  return ids
}

describe('all products', () => {
  it('come in order, each page requested once, ten at a time: 5,000 in the time of 12 answers and not of 101', async () => {
    const shop = practice({}, { concurrency: 20 })
    const { clock, simulator, catalogue } = shop

    expect(await clock.runUntilSettled(idsOf(catalogue.allProducts(options)))).toEqual(upTo(5_000))

    expect(asked(shop)).toEqual({ '/login': 1, '/products': 100 })
    const pages = simulator.arrivals.slice(1).map(({ path }) => path)
    expect(new Set(pages).size).toBe(100)
    expect(simulator.stats().largestAtOnce).toBe(10)
    // The login, the first page, and 99 pages with a concurrency of ten.
    expect(clock.now()).toBe(200 + 200 + 10 * 200)
    await catalogue.client.close()
    expect(clock.pending).toBe(0)
  })

  it('come as many pages at a time as requested, unless the client allows fewer', async () => {
    const most = async (shop: ReturnType<typeof practice>): Promise<number> => {
      await shop.clock.runUntilSettled(idsOf(shop.catalogue.allProducts({ perPage: 50, concurrency: 20 })))
      return shop.simulator.stats().largestAtOnce
    }
    expect([await most(practice()), await most(practice({}, { concurrency: 5 }))]).toEqual([20, 5])
  })

  it('take 8 times as long one page after another', async () => {
    const { clock, catalogue } = practice()
    const ids: number[] = []
    async function oneAfterAnother(): Promise<void> {
      for (let page = 1; ; page++) {
        const { items, total } = await catalogue.products({ page, perPage: 50 })
        ids.push(...items.map(({ id }) => id))
        if (page * 50 >= total) return
      }
    }
    await clock.runUntilSettled(oneAfterAnother())

    expect(ids).toEqual(upTo(5_000))
    expect(clock.now()).toBe(200 + 100 * 200)
  })

  it('are there in spite of 503s and cut connections, in order and once each', async () => {
    const shop = practice({ faults: '503:5%,reset:3%' })
    const { clock, simulator, catalogue } = shop

    expect(await clock.runUntilSettled(idsOf(catalogue.allProducts(options)))).toEqual(upTo(5_000))

    expect(simulator.stats().statuses['503']).toBeGreaterThan(0)
    expect(simulator.stats().faults.reset).toBeGreaterThan(0)
    expect(simulator.stats().largestAtOnce).toBeLessThanOrEqual(10)
  })

  it('stop with the field that does not fit, after the pages in front of it', async () => {
    const shop = practice({}, {}, (answer, { url }) => {
      if (new URL(url).searchParams.get('page') !== '3') return answer
      return withJson(answer, (page) => {
        const items = page.items as Product[]
        return { ...page, items: items.map((item) => (item.id === 104 ? { ...item, price: '9.99' } : item)) }
      })
    })
    const seen: number[] = []
    async function read(): Promise<void> {
      for await (const { id } of shop.catalogue.allProducts(options)) seen.push(id)
    }
    const error = await shop.clock.runUntilSettled(read()).catch((error: unknown) => error)

    expect(error).toBeInstanceOf(BodyError)
    expect(error).toMatchObject({ code: 'SLUICE_SCHEMA', message: expect.stringContaining('items[3].price') })
    expect(seen).toEqual(upTo(100))
  })

  it('give everything back when the loop is left', async () => {
    const { clock, simulator, catalogue } = practice()
    async function first(): Promise<number | undefined> {
      for await (const { id } of catalogue.allProducts(options)) return id
      return undefined
    }
    expect(await clock.runUntilSettled(first())).toBe(1)
    expect(simulator.stats().inFlight).toBe(0)
    await catalogue.client.close()
    expect(clock.pending).toBe(0)
  })
})

describe('a product', () => {
  it('is there, or is not', async () => {
    const { clock, catalogue } = practice()
    expect(await clock.runUntilSettled(catalogue.product(7))).toMatchObject({ id: 7, name: 'Travel Basket 7' })
    expect(await clock.runUntilSettled(catalogue.product(9_999))).toBeUndefined()
  })

  it('is made, replaced and removed, and removed again without harm', async () => {
    const { clock, catalogue } = practice()
    const { id } = await clock.runUntilSettled(catalogue.create({ name: 'Lamp', price: 12 }))
    expect(id).toBe(5_001)
    const replaced = await clock.runUntilSettled(catalogue.update(id, { name: 'Lamp', price: 9.5 }))
    expect(replaced).toMatchObject({ id, price: 9.5 })
    await clock.runUntilSettled(catalogue.remove(id))
    await clock.runUntilSettled(catalogue.remove(id))
    expect(await clock.runUntilSettled(catalogue.product(id))).toBeUndefined()
  })

  it('is made once, although the first answer is lost and it is retried', async () => {
    let answers = 0
    const shop = practice({}, {}, (answer, { method, url }) => {
      if (method === 'POST' && url.endsWith('/products') && answers++ === 0) throw new ConnectionLostError('cut')
      return answer
    })
    expect(await shop.clock.runUntilSettled(shop.catalogue.create({ name: 'Lamp' }))).toMatchObject({ id: 5_001 })
    expect(asked(shop)['/products']).toBe(2)
    expect((await shop.clock.runUntilSettled(shop.catalogue.products())).total).toBe(5_001)
  })

  it('that is refused says which fields are wrong, and is not retried', async () => {
    const shop = practice()
    const wrong = shop.catalogue.create({ name: '', price: -1 })

    await expect(shop.clock.runUntilSettled(wrong)).rejects.toMatchObject({
      name: 'ClientError',
      status: 422,
      problem: {
        title: 'Unprocessable Content',
        errors: [
          { pointer: '#/name', detail: 'expected a text of 1 to 200 characters' },
          { pointer: '#/price', detail: 'expected a number from 0 to 1000000' },
        ],
      },
    })
    const missing = shop.catalogue.update(9_999, { name: 'Lamp' })
    await expect(shop.clock.runUntilSettled(missing)).rejects.toMatchObject({ name: 'ClientError', status: 404 })
    expect(asked(shop)).toEqual({ '/login': 1, '/products': 1, '/products/:id': 1 })
  })
})
