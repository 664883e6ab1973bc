import type { Client } from 'sluice'
import { expectTypeOf, it } from 'vitest'
import type { Catalogue, Product, ProductPage } from '../src/index.ts'

it('products are typed by their schema', () => {
  expectTypeOf<Product['price']>().toEqualTypeOf<number>()
  expectTypeOf<Product['tags']>().toEqualTypeOf<string[]>()
  expectTypeOf<ProductPage['items']>().toEqualTypeOf<Product[]>()
  expectTypeOf<Catalogue['product']>().returns.resolves.toEqualTypeOf<Product | undefined>()
  expectTypeOf<ReturnType<Catalogue['allProducts']>>().toEqualTypeOf<AsyncIterable<Product>>()
  expectTypeOf<Catalogue['client']>().toEqualTypeOf<Client>()
})

it('a field that nobody knows does not compile', () => {
  // @ts-expect-error: products have no colour
  expectTypeOf((product: Product) => product.colour).toBeFunction()
  // @ts-expect-error: products cannot be created with one
  expectTypeOf((catalogue: Catalogue) => catalogue.create({ name: 'Lamp', colour: 'red' })).toBeFunction()
  // @ts-expect-error: products need a name
  expectTypeOf((catalogue: Catalogue) => catalogue.create({ price: 9 })).toBeFunction()
  // @ts-expect-error: the catalogue assigns the number
  expectTypeOf((catalogue: Catalogue) => catalogue.create({ id: 7, name: 'Lamp' })).toBeFunction()
})
