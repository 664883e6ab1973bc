import { type Product, product, productCount } from '../products.ts'
import type { ProductFields } from './product-fields.ts'

/** Date after which changes by clients apply; earlier dates belong to the generated products. */
const beginning = Date.UTC(2026, 0, 1)
/** Maximum number of created products, so that a client cannot exhaust the memory. */
const maxCreated = 100_000

/** The generated products, with those created, replaced and deleted since. */
export class CatalogueProducts {
  readonly #now: () => number
  readonly #changed = new Map<number, Product>()
  readonly #deleted = new Set<number>()
  #nextId = productCount + 1
  #ids: readonly number[] | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  /** All products, in order of their numbers. */
  get ids(): readonly number[] {
    this.#ids ??= Array.from({ length: this.#nextId - 1 }, (_, index) => index + 1).filter(
      (id) => !this.#deleted.has(id),
    )
    return this.#ids
  }

  find(id: number): Product | undefined {
    if (id < 1 || id >= this.#nextId || this.#deleted.has(id)) return undefined
    return this.#changed.get(id) ?? product(id)
  }

  /** Undefined if too many products were created already. */
  create(fields: ProductFields): Product | undefined {
    if (this.#nextId - productCount > maxCreated) return undefined
    this.#ids = undefined
    return this.#keep(this.#nextId++, fields)
  }

  /** Undefined if there is no product with this number. */
  replace(id: number, fields: ProductFields): Product | undefined {
    return this.find(id) === undefined ? undefined : this.#keep(id, fields)
  }

  /** True if it existed. */
  delete(id: number): boolean {
    if (this.find(id) === undefined) return false
    this.#deleted.add(id)
    this.#changed.delete(id)
    this.#ids = undefined
    return true
  }

  #keep(id: number, fields: ProductFields): Product {
    const updatedAt = new Date(beginning + this.#now()).toISOString()
    const kept: Product = { id, ...fields, currency: 'EUR', updated_at: updatedAt }
    this.#changed.set(id, kept)
    return kept
  }
}
