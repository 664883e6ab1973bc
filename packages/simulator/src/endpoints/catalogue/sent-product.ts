import { isJsonType } from 'sluice/internal'
import type { Answer, Question } from '../../faults/answer.ts'
import { readJson } from './json-body.ts'
import { problemDetails } from './problem-details.ts'
import { type ProductFields, readProduct } from './product-fields.ts'

/** The product that a request brings, or what is said if it brings none. */
export function readSentProduct({ headers, body }: Question): ProductFields | Answer {
  if (!isJsonType(headers['content-type'] ?? '')) {
    return problemDetails(415, 'a product comes as application/json', { accept: 'application/json' })
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
