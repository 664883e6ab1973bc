import { type Client, type ClientOptions, createClient, type PageOptions } from 'sluice'
import { type StartRunOptions, startRun } from 'sluice/runs'
import { parse } from 'valibot'
import { catalogueAuth } from './catalogue-auth.ts'
import { type Product, type ProductFields, type ProductPage, product, productPage } from './product.ts'

/** Address of the API, its user, and options of the client. */
export interface CatalogueOptions extends Omit<ClientOptions, 'auth' | 'idempotencyKey'> {
  readonly baseUrl: string | URL
  readonly user: string
  readonly password: string
}

/** Options of `allProducts`. `perPage` is 100 by default. In a `store`, the pages that came are kept until all are there. */
export type AllProductsOptions = Pick<PageOptions, 'concurrency' | 'signal'> &
  Partial<Pick<StartRunOptions, 'store'>> & { readonly perPage?: number }

const products = '/catalogue/products'
const text = new TextDecoder()

/**
 * Products of a catalogue. The first call logs in. Methods throw `ClientError` for invalid requests, `AuthError` if the
 * login is rejected, `BodyError` if the response does not match its schema, and the last error after all retries.
 */
export class Catalogue implements AsyncDisposable {
  /** The underlying client, for its events, limits and pauses. */
  readonly client: Client
  readonly #host: string

  /** @throws SettingsError if an option is invalid. */
  constructor({ user, password, ...options }: CatalogueOptions) {
    const own = options.transport === undefined ? { http2: true } : undefined
    this.client = createClient({ concurrency: 50, ...own, ...options, auth: catalogueAuth(user, password) })
    this.#host = new URL(options.baseUrl).host
  }

  /** Returns one page; by default the first one, with the API's default page size. */
  async products(query: { readonly page?: number; readonly perPage?: number } = {}): Promise<ProductPage> {
    const { page, perPage } = query
    return (await this.client.get(products, { query: { page, per_page: perPage }, schema: productPage })).value
  }

  /**
   * All products in order. Pages are fetched concurrently once the first one has returned the total. The message of an
   * error names the page by its URL. With a `store`, the same call then requests only the pages that are missing.
   */
  async *allProducts({
    perPage = 100,
    concurrency = 10,
    signal,
    store,
  }: AllProductsOptions = {}): AsyncIterable<Product> {
    const inPages = { style: 'page', size: perPage, sizeParam: 'per_page', total: 'total' } as const
    const how = { concurrency, ...(signal && { signal }) }
    if (store === undefined) {
      const items = (page: ProductPage): readonly Product[] => page.items
      return yield* this.client.paginate(products, { ...how, ...inPages, schema: productPage, items })
    }
    const run = { ...how, store, name: this.#host, client: this.client, source: [products], resume: true }
    const pages = await startRun({ ...run, pages: { ...inPages, list: 'items' } })
    for await (const result of pages) if (!result.ok) throw result.error
    for await (const { body } of pages.results()) yield* parse(productPage, JSON.parse(text.decode(body))).items
    await store.remove(pages.stored.id)
  }

  /** The product with this number; undefined if it does not exist. */
  async product(id: number): Promise<Product | undefined> {
    const result = await this.client.try(`${products}/${id}`, { schema: product })
    if (result.ok) return result.value
    if (result.status === 404) return undefined
    throw result.error
  }

  /** Creates a product, once for each `key`, even if it is retried. */
  async create(fields: ProductFields, key: string = crypto.randomUUID()): Promise<Product> {
    const headers = { 'idempotency-key': key }
    return (await this.client.post(products, { json: fields, headers, schema: product })).value
  }

  /** Replaces a product as a whole. @throws ClientError with status 404 if it does not exist. */
  async update(id: number, fields: ProductFields): Promise<Product> {
    return (await this.client.put(`${products}/${id}`, { json: fields, schema: product })).value
  }

  /** Resolves once the product does not exist, even if another client removed it. */
  async remove(id: number): Promise<void> {
    const result = await this.client.try({ url: `${products}/${id}`, method: 'DELETE' })
    if (!result.ok && result.status !== 404) throw result.error
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close()
  }
}
