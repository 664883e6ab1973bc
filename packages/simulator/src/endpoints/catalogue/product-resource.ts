import { createHash } from 'node:crypto'
import { isJsonType } from 'sluice/internal'
import { type Answer, integer, json, type Question } from '../../faults/answer.ts'
import { contentOf } from '../../faults/content.ts'
import { httpDate } from '../../refusal.ts'
import type { Product } from '../products.ts'
import type { CatalogueProducts } from './catalogue-products.ts'
import { problemDetails, readJson } from './json-body.ts'
import { preconditions } from './preconditions.ts'
import { type ProductFields, readProduct } from './product-fields.ts'

/** `/catalogue/products/:id`: conditional GET, PUT and DELETE. */
export function productResource(products: CatalogueProducts): (question: Question) => Answer {
  return (question) => {
    const { method, params, headers } = question
    const id = integer(params.id, 1, Number.MAX_SAFE_INTEGER)
    const found = id === undefined ? undefined : products.find(id)
    if (found === undefined) return problemDetails(404, `there is no product ${params.id}`)
    const lastModified = Date.parse(found.updated_at)
    switch (preconditions(method, headers, { etag: etagOf(found), lastModified })) {
      case 'failed':
        return problemDetails(412, 'the product has changed since the state that the request names')
      case 'not-modified':
        return { status: 304, headers: { ...validators(found), ...cacheable }, body: contentOf(new Uint8Array()) }
    }
    if (method === 'PUT') return replace(products, found.id, question)
    if (method === 'DELETE') {
      products.delete(found.id)
      return { status: 204, headers: {}, body: contentOf(new Uint8Array()) }
    }
    return productAnswer(200, found, cacheable)
  }
}

/** Response with a product and its validators for conditional requests. */
export function productAnswer(
  status: number,
  product: Product,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, product, { ...validators(product), ...headers })
}

function replace(products: CatalogueProducts, id: number, question: Question): Answer {
  const sent = readSentProduct(question)
  return 'status' in sent ? sent : productAnswer(200, products.replace(id, sent)!)
}

function validators(product: Product): Record<string, string> {
  return {
    etag: etagOf(product),
    'last-modified': httpDate(Date.parse(product.updated_at)),
  }
}

const cacheable: Readonly<Record<string, string>> = { 'cache-control': 'private, max-age=60' }

/** Strong ETag: different bytes have a different one, also after a reset. */
function etagOf(product: Product): string {
  return `"${createHash('sha256').update(JSON.stringify(product)).digest('base64url').slice(0, 22)}"`
}

/** The product in the request body, or the error response if there is none. */
export function readSentProduct({ headers, body }: Question): ProductFields | Answer {
  if (!isJsonType(headers['content-type'] ?? '')) {
    return problemDetails(415, 'a product has the content type application/json', { accept: 'application/json' })
  }
  const value = readJson(body)
  if (value === undefined) return problemDetails(400, 'this is not JSON')
  const fields = readProduct(value)
  if (!isListOfErrors(fields)) return fields
  return problemDetails(422, 'this is not a product', {}, { errors: fields })
}

function isListOfErrors<T>(value: ProductFields | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
