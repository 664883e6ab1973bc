import { type Answer, hasNoBody, integer, json, problem, type Question } from '../faults/answer.ts'
import { contentOf } from '../faults/content.ts'

const longestDelay = 86_400_000

/** `/delay/:ms`: takes exactly that long; the scenario's latency does not apply. */
export function delay({ params }: Question): Answer {
  const ms = integer(params.ms, 0, longestDelay)
  if (ms === undefined) return problem(400, 'bad_delay', `a whole number of milliseconds from 0 to ${longestDelay}`)
  return { ...json(200, { delay_ms: ms }), delay: ms }
}

/** `/status/:code`: that status, with `retry-after` if requested. */
export function status({ params, query }: Question): Answer {
  const code = integer(params.code, 200, 599)
  if (code === undefined) return problem(400, 'bad_status', 'a status from 200 to 599')
  const retryAfter = query.get('retry-after')
  // Characters that could end the header line are removed.
  const headers = retryAfter === null ? {} : { 'retry-after': retryAfter.replace(/[^\x20-\x7e]/g, '') }
  if (hasNoBody(code)) return { status: code, headers, body: contentOf(new Uint8Array()) }
  return json(code, { status: code }, headers)
}

/** `/redirect/:n`: redirects n times. */
export function redirect({ params }: Question): Answer {
  const left = integer(params.n, 0, 1_000)
  if (left === undefined) return problem(400, 'bad_count', 'a whole number from 0 to 1000')
  if (left === 0) return json(200, { redirects_left: 0 })
  return json(302, { redirects_left: left }, { location: `/redirect/${left - 1}` })
}

/** Maximum number of keys; the oldest are forgotten beyond it. */
const maxKeys = 10_000

/** `/flaky/:n/:key`: 503 for the first n requests of that key, then 200. */
export function flaky(): (question: Question) => Answer {
  const timesByKey = new Map<string, number>()
  return ({ params }) => {
    const failures = integer(params.n, 0, 1_000_000)
    if (failures === undefined) return problem(400, 'bad_count', 'a whole number from 0 to 1000000')
    const key = params.key!
    const times = (timesByKey.get(key) ?? 0) + 1
    if (times === 1 && timesByKey.size >= maxKeys) timesByKey.delete(timesByKey.keys().next().value!)
    timesByKey.set(key, times)
    if (times <= failures) return problem(503, 'flaky', `failure ${times} of ${failures}`)
    return json(200, { key, asked: times, failed: failures })
  }
}

/** `/bearer`: 401 without a token; accepts any token. */
export function bearer({ headers }: Question): Answer {
  if (/^bearer +\S/i.test(headers.authorization ?? '')) return json(200, { authenticated: true })
  return problem(401, 'unauthorized', 'a bearer token is missing', { 'www-authenticate': 'Bearer realm="practice"' })
}

/** `/basic-auth/:user/:pass`: 401 unless these credentials are sent. */
export function basicAuth({ params, headers }: Question): Answer {
  const wanted = Buffer.from(`${params.user}:${params.pass}`).toString('base64')
  const given = /^basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given === wanted) return json(200, { authenticated: true, user: params.user })
  return problem(401, 'unauthorized', 'name or password is missing or wrong', {
    'www-authenticate': 'Basic realm="practice"',
  })
}
