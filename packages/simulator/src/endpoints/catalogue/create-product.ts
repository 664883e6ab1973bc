import { createHash } from 'node:crypto'
import type { Answer, Question } from '../../faults/answer.ts'
import type { CatalogueProducts } from './catalogue-products.ts'
import { problemDetails } from './json-body.ts'
import { productAnswer, readSentProduct } from './product-resource.ts'

/** Maximum number of keys; the oldest are forgotten beyond it. */
const maxKeys = 10_000
const longestKey = 255

/** `POST /catalogue/products`: creates once for each `Idempotency-Key`, even if the answer is lost. */
export function createProduct(products: CatalogueProducts): (question: Question) => Answer {
  const doneByKey = new Map<string, { readonly digest: string; readonly answer: Answer }>()
  return (question) => {
    const key = question.headers['idempotency-key']
    if (key !== undefined && key.length > longestKey) {
      return problemDetails(400, `an Idempotency-Key has at most ${longestKey} characters`)
    }
    const sent = readSentProduct(question)
    if ('status' in sent && sent.status === 415) return sent
    const digest = createHash('sha256').update(question.body).digest('base64')
    const done = key === undefined ? undefined : doneByKey.get(key)
    if (done !== undefined) {
      if (done.digest === digest) return done.answer
      return problemDetails(422, 'this Idempotency-Key was used with another body before')
    }
    if ('status' in sent) return sent
    const created = products.create(sent)
    if (created === undefined) return problemDetails(507, 'no more products can be created; POST /__reset starts over')
    const answer = productAnswer(201, created, { location: `/catalogue/products/${created.id}` })
    if (key !== undefined) {
      if (doneByKey.size >= maxKeys) doneByKey.delete(doneByKey.keys().next().value!)
      doneByKey.set(key, { digest, answer })
    }
    return answer
  }
}
