import { type Client, type ClientOptions, createClient, type PageOptions } from 'sluice'
import { catalogueAuth } from './catalogue-auth.ts'
import { type Product, type ProductFields, type ProductPage, product, productPage } from './product.ts'

/** Where the API is, who uses it, and how the client behaves. */
export interface CatalogueOptions extends Omit<ClientOptions, 'auth' | 'idempotencyKey'> {
  readonly baseUrl: string | URL
  readonly user: string
  readonly password: string
}

/** How pages are asked for, and how many products are on one: 100, unless `perPage` says otherwise. */
export type AllProductsOptions = Pick<PageOptions, 'concurrency' | 'signal'> & { readonly perPage?: number }

const products = '/catalogue/products'

/**
 * The products of a catalogue. The first call logs in. Methods throw `ClientError` if the request is not right (its `problem`
 * says why), `AuthError` if the login is refused, `BodyError` if the answer is not what is promised here; all else that they
 * throw is passing trouble that outlasted the attempts of the client.
 */
export class Catalogue implements AsyncDisposable {
  /** The client that makes the calls: for its events, limits and pauses. */
  readonly client: Client

  /** @throws SettingsError if an option cannot work. */
  constructor({ user, password, ...options }: CatalogueOptions) {
    this.client = createClient({ http2: true, ...options, auth: catalogueAuth(user, password) })
  }

  /** One page; without options the first, with as many products as the API likes. */
  async products(query: { readonly page?: number; readonly perPage?: number } = {}): Promise<ProductPage> {
    const { page, perPage } = query
    return (await this.client.get(products, { query: { page, per_page: perPage }, schema: productPage })).value
  }

  /** All products in order. Pages are fetched concurrently once the first one has told how many there are. */
  allProducts({ perPage = 100, ...options }: AllProductsOptions = {}): AsyncIterable<Product> {
    return this.client.paginate(products, {
      ...options,
      style: 'page',
      size: perPage,
      sizeParam: 'per_page',
      total: 'total',
      schema: productPage,
      items: ({ items }) => items,
    })
  }

  /** The product with this number, or nothing if there is none. */
  async product(id: number): Promise<Product | undefined> {
    const result = await this.client.try(`${products}/${id}`, { schema: product })
    if (result.ok) return result.value
    if (result.status === 404) return undefined
    throw result.error
  }

  /** Makes a product, once for each `key`, however often it is sent. */
  async create(fields: ProductFields, key: string = crypto.randomUUID()): Promise<Product> {
    const headers = { 'idempotency-key': key }
    return (await this.client.post(products, { json: fields, headers, schema: product })).value
  }

  /** Replaces a product as a whole. @throws ClientError with status 404 if there is none. */
  async update(id: number, fields: ProductFields): Promise<Product> {
    return (await this.client.put(`${products}/${id}`, { json: fields, schema: product })).value
  }

  /** Resolves when there is no such product any more, whoever has removed it. */
  async remove(id: number): Promise<void> {
    const result = await this.client.try({ url: `${products}/${id}`, method: 'DELETE' })
    if (!result.ok && result.status !== 404) throw result.error
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close()
  }
}
