import { type Answer, json, problem, type Question } from '../faults/answer.ts'
import { type FaultSettings, faultNames } from '../faults/fault.ts'
import type { Ruling, Units } from '../limits/limits.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { basicAuth, bearer, delay, flaky, redirect, status } from './behaviours.ts'
import { catalogueEndpoints, catalogueRoutes } from './catalogue/catalogue.ts'
import { faultByName } from './faults.ts'
import { graphqlEndpoints, graphqlRoutes } from './graphql/graphql.ts'
import { bytes, echo, encoded, jsonDocument } from './large-bodies.ts'
import { modelEndpoints, modelRoutes } from './models/models.ts'
import { newsEndpoints, newsRoutes } from './news/news.ts'
import { oneProduct, productPage } from './products.ts'
import { allows, paramsOf, type RefusalWords, type Refused, refuseMethod, route } from './route.ts'
import { events, lines } from './streams.ts'

/** Handler of a request. */
export interface Match {
  /** The route's pattern, or `(other)`, so that the number of groups is bounded. */
  readonly group: string
  /** Cost of the request in units other than requests. */
  readonly cost: Units
  /** Calls the endpoint, which counts the request where it keeps state. */
  answer(ruling: Ruling): Answer
  /** The API's own response to a refusal; undefined if it has none. */
  words(refused: Refused): RefusalWords | undefined
}

export type Router = (question: Omit<Question, 'params' | 'query'>) => Match

/** Settings of the scenario that endpoints need. */
type EndpointSettings = FaultSettings & Pick<Scenario, 'seed' | 'tokenLifetime' | 'headers'>

/**
 * All endpoints. Their state (requests by key, issued tokens) belongs to this router.
 *
 * `now` is the simulator's time in milliseconds since the router was created; `wallTime` the time of day, since the
 * epoch.
 */
export function createRouter(settings: EndpointSettings, now: () => number, wallTime: () => number): Router {
  const routes = [
    route('/', index),
    route('/products', productPage),
    route('/products/:id', oneProduct),
    route('/delay/:ms', delay, 'any'),
    route('/status/:code', status, 'any'),
    route('/bytes/:n', bytes),
    route('/json/:n', jsonDocument(settings.seed)),
    route('/events', events),
    route('/lines', lines),
    route('/gzip', encoded('gzip')),
    route('/deflate', encoded('deflate')),
    route('/br', encoded('br')),
    route('/zstd', encoded('zstd')),
    route('/echo', echo, 'any'),
    route('/basic-auth/:user/:pass', basicAuth, 'any'),
    route('/bearer', bearer, 'any'),
    route('/flaky/:n/:key', flaky(), 'any'),
    route('/redirect/:n', redirect, 'any'),
    route('/fault/:name', faultByName(settings), 'any'),
    ...catalogueRoutes(settings, now),
    ...newsRoutes(settings.seed, now, wallTime),
    ...modelRoutes(),
    ...graphqlRoutes(settings.headers, now, wallTime),
  ]
  const byFirst = Map.groupBy(routes, ({ segments }) => segments[0]!)

  return (question) => {
    const [path = '', ...search] = question.target.split('?')
    const segments = path.slice(1).split('/')
    for (const candidate of byFirst.get(segments[0]!) ?? []) {
      const params = paramsOf(candidate, segments)
      if (params === undefined) continue
      const whole = { ...question, params, query: new URLSearchParams(search.join('?')) }
      const allowed = allows(candidate, question.method)
      const { meter } = candidate
      return {
        group: candidate.pattern,
        cost: (allowed && meter?.cost(whole)) || {},
        answer: (ruling) => (allowed ? candidate.answer(whole, ruling) : refuseMethod(candidate)),
        words: (refused) => meter?.words(refused),
      }
    }
    return { group: '(other)', cost: {}, answer: nothingHere, words: () => undefined }
  }
}

function nothingHere(): Answer {
  return problem(404, 'not_found', 'there is nothing here; GET / lists the endpoints')
}

function index(): Answer {
  return json(200, {
    name: 'Sluice practice API',
    endpoints: {
      '/products?page=1&per_page=20': 'a page of 5,000 made-up products, with a Link header',
      '/products/{id}': 'one product; 404 beyond 5,000',
      '/delay/{ms}': 'answers after this many milliseconds',
      '/status/{code}?retry-after=N': 'answers with this status',
      '/bytes/{n}': 'this many bytes, up to 100 MB',
      '/json/{n}': 'a JSON document of this many bytes, up to 100 MB; the same for the same seed',
      '/events?count=10&every=100ms': 'server-sent events; end=done, cut=3, retry=1000, and Last-Event-ID',
      '/lines?count=10&every=100ms': 'JSON values, one per line; end=half, cut=3',
      '/gzip, /deflate, /br, /zstd': 'JSON with this content encoding',
      '/echo': 'the request as the server read it; any method',
      '/basic-auth/{user}/{pass}': '401 without these credentials',
      '/bearer': '401 without a bearer token',
      '/flaky/{n}/{key}': '503 for the first n requests with this key',
      '/redirect/{n}': 'n redirects in a row',
      '/fault/{name}': `one of ${faultNames.join(', ')}`,
      ...catalogueEndpoints,
      ...newsEndpoints,
      ...modelEndpoints,
      ...graphqlEndpoints,
      '/__stats': 'statistics of the requests that the server received',
      'POST /__reset': 'starts over',
    },
  })
}
