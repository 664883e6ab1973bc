import type { RequestSpec } from 'sluice'
import { isSecretParameter } from 'sluice/internal'

/** Larger bodies are documents. */
const longestBody = 65_536
/** Shorter values of a body are found in ordinary text too. */
const shortestValue = 6
const mostValues = 1_000
const deepest = 50

interface BodyFlags {
  readonly data?: string | undefined
  readonly json?: string | undefined
}

/**
 * Texts of a body to mask in all requests: where it came from a variable the whole of it and each of its values, otherwise
 * the values whose names say that they are secret.
 */
export function secretsInBody(flags: BodyFlags, { body, json }: Pick<RequestSpec, 'body' | 'json'>): string[] {
  const isReference = (flags.json ?? flags.data)?.startsWith('env:') === true
  const values = json === undefined ? textValues(body) : jsonValues(json, '', 0)
  const secret: string[] = []
  for (const [name, value] of values) {
    if (secret.length >= mostValues) break
    if (value.length >= shortestValue && (isReference || isSecretParameter(name))) secret.push(value)
  }
  return isReference && typeof body === 'string' && body.length <= longestBody ? [body, ...secret] : secret
}

type Value = readonly [name: string, value: string]

/** Values of a form, or of JSON that was given as text. */
function textValues(body: RequestSpec['body']): Iterable<Value> {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body
  if (typeof text !== 'string' || text.length > longestBody) return []
  try {
    return jsonValues(JSON.parse(text), '', 0)
  } catch {
    return new URLSearchParams(text)
  }
}

function* jsonValues(value: unknown, name: string, depth: number): Generator<Value> {
  if (depth > deepest) return
  if (typeof value === 'string' || typeof value === 'number') yield [name, String(value)]
  else if (Array.isArray(value)) for (const item of value) yield* jsonValues(item, name, depth + 1)
  else if (typeof value === 'object' && value !== null) {
    for (const [inner, item] of Object.entries(value)) yield* jsonValues(item, inner, depth + 1)
  }
}
