import { createHash } from 'node:crypto'
import type { Answer, Question } from '../../faults/answer.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import { type Route, route } from '../route.ts'
import { CatalogueProducts } from './catalogue-products.ts'
import { problemDetails } from './json-body.ts'
import { oddNames, oddPage } from './odd-pages.ts'
import { Cursors, cursorPages, linkPages, nextPages, numberedPages, offsetPages } from './pages.ts'
import { productAnswer, productResource, readSentProduct } from './product-resource.ts'
import { login, revoke, signedIn } from './sign-in.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { Tokens } from './tokens.ts'

/** Settings of the scenario that the catalogue needs. */
type CatalogueSettings = Pick<Scenario, 'seed' | 'tokenLifetime' | 'redirectTo'>

/** A shop's API: behind tokens, with every pagination style and products that can be changed. */
export function catalogueRoutes(settings: CatalogueSettings, now: () => number): readonly Route[] {
  const tokens = new Tokens(settings.seed, settings.tokenLifetime, now)
  const products = new CatalogueProducts(now)
  const list = numberedPages(products)
  const create = createProduct(products)
  const behindTokens = (pattern: string, answer: (question: Question) => Answer, methods?: readonly string[]) =>
    route(`/catalogue${pattern}`, signedIn(tokens, answer), methods)

  return [
    route('/catalogue/login', login(tokens), ['POST']),
    route('/catalogue/token', tokenEndpoint(tokens), ['POST']),
    behindTokens('/revoke', revoke(tokens), ['POST']),
    behindTokens('/products', (question) => (question.method === 'POST' ? create(question) : list(question)), [
      'GET',
      'HEAD',
      'POST',
    ]),
    behindTokens('/products/by-offset', offsetPages(products)),
    behindTokens('/products/by-cursor', cursorPages(products, new Cursors(settings.seed))),
    behindTokens('/products/by-next', nextPages(products)),
    behindTokens('/products/by-link', linkPages(products)),
    behindTokens('/products/:id', productResource(products), ['GET', 'HEAD', 'PUT', 'DELETE']),
    behindTokens('/odd/:name', oddPage(settings.redirectTo)),
  ]
}

/** Description of the endpoint in `GET /`. */
export const catalogueEndpoints: Readonly<Record<string, string>> = {
  'POST /catalogue/login':
    'tokens for {"user": any, "password": "practice"}; all endpoints below need one, except /token',
  'POST /catalogue/token': 'tokens for a refresh_token or for client_credentials of practice-client, practice-secret',
  'POST /catalogue/revoke': 'invalidates all tokens',
  '/catalogue/products?page=1&per_page=20':
    'numbered pages, with a Link header; ?total=N here and below shortens the list',
  '/catalogue/products/by-offset?offset=0&limit=20': 'pages by offset',
  '/catalogue/products/by-cursor?cursor=&limit=20': 'pages by cursor',
  '/catalogue/products/by-next?limit=20': 'pages with the URL of the next one; ?urls=absolute includes the host',
  '/catalogue/products/by-link?per_page=20': 'bare lists; only the Link header names the next page',
  '/catalogue/products/{id}': 'one product, with ETag and Last-Modified; GET, PUT, DELETE',
  'POST /catalogue/products': 'creates a product from JSON with a name, once per Idempotency-Key',
  '/catalogue/odd/{name}': `lists that break their promises: ${oddNames.join(', ')}`,
}

/** Maximum number of keys; the oldest are forgotten beyond it. */
const maxKeys = 10_000
const longestKey = 255

/** `POST /catalogue/products`: creates once for each `Idempotency-Key`, even if the answer is lost. */
function createProduct(products: CatalogueProducts): (question: Question) => Answer {
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
