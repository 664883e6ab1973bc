import { SettingsError } from 'sluice'
import { secretsOf } from 'sluice/internal'
import { headerProblem, token } from '../inputs/request-fields.ts'
import { type ResolvedValue, resolveSecret, type ValueSources } from './secrets.ts'

export interface Authorization {
  /** Header name in lower case. */
  readonly name: string
  readonly header: string
  /** Variable or file that holds the secret. */
  readonly source: string | undefined
  /** Masked in all output. */
  readonly secrets: readonly string[]
  /** True if the secret was typed literally, where other users of the machine can see it. */
  readonly literal: boolean
}

/**
 * Parses `bearer:TOKEN`, `basic:USER:PASSWORD`, `basic:USER_AND_PASSWORD` or `header:NAME:KEY`, each secret as text,
 * `env:NAME` or `file:PATH`. A reference in `basic:` must contain `user:password`.
 *
 * @throws SettingsError that never shows a secret
 */
export function parseAuth(text: string, sources: ValueSources = {}): Authorization {
  const [, kind, rest = ''] = /^(bearer|basic|header):(.+)$/is.exec(text) ?? []
  const source = /(?:^|:)(?:env:|file:(?:.*[/\\])?)([^/\\]+)$/s.exec(rest)?.[1]
  switch (kind?.toLowerCase()) {
    case 'bearer':
      return { name: 'authorization', source, ...bearer(rest, sources) }
    case 'basic':
      return { name: 'authorization', source, ...basic(rest, sources) }
    case 'header':
      return { source, ...inHeader(rest, sources) }
    default:
      throw new SettingsError(
        '--auth: expected bearer:env:TOKEN, basic:env:USER_PASS, basic:USER:env:PASSWORD or header:NAME:env:KEY',
      )
  }
}

type Secret = Pick<Authorization, 'header' | 'secrets' | 'literal'>

function inHeader(text: string, sources: ValueSources): Secret & Pick<Authorization, 'name'> {
  const [, name, reference] = /^([^:]+):(.+)$/s.exec(text) ?? []
  if (name === undefined || reference === undefined || !token.test(name))
    throw new SettingsError('--auth header: expected the name of a header and a key, as in header:X-Api-Key:env:KEY')
  const { value, secret } = authValue(reference, sources)
  const problem = headerProblem(name, value)
  if (problem !== undefined) throw new SettingsError(`--auth header: ${JSON.stringify(name)} ${problem}`)
  return { name: name.toLowerCase(), header: value, secrets: secretsOf(value), literal: !secret }
}

function authValue(reference: string, sources: ValueSources): ResolvedValue {
  return resolveSecret(reference, sources, '--auth: the value')
}

function bearer(reference: string, sources: ValueSources): Secret {
  const { value, secret } = authValue(reference, sources)
  // RFC 6750 is stricter; this accepts whatever every server is able to receive.
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new SettingsError('--auth: a bearer token contains only visible ASCII characters, and no spaces')
  return { header: `Bearer ${value}`, secrets: [value], literal: !secret }
}

function basic(reference: string, sources: ValueSources): Secret {
  const whole = authValue(reference, sources)
  const colon = whole.value.indexOf(':')
  if (colon === -1) {
    throw new SettingsError('--auth: basic needs user:password, as text or in the variable or file that is named')
  }
  const user = whole.value.slice(0, colon)
  const password = whole.secret
    ? { value: whole.value.slice(colon + 1), secret: true }
    : authValue(whole.value.slice(colon + 1), sources)
  const encoded = Buffer.from(`${user}:${password.value}`, 'utf8').toString('base64')
  const header = `Basic ${encoded}`
  return { header, secrets: secretsOf(header), literal: !password.secret }
}

/** Name and value of a header; the value is text or a reference for `resolveSecret`, `undefined` removes the header. */
export type HeaderOption = readonly [name: string, value: string | undefined]

/**
 * Parses `Name: value` as curl does: `Name:` removes a header, `Name;` sends it empty.
 *
 * @throws SettingsError that shows the name at most, because the rest may be a secret
 */
export function parseHeader(text: string): HeaderOption {
  const colon = text.indexOf(':')
  if (colon === -1) {
    const empty = /^\s*([^\s;]+);\s*$/.exec(text)
    if (empty !== null && token.test(empty[1]!)) return [empty[1]!, '']
    throw new SettingsError(
      "-H: there is no colon; write 'Name: value', 'Name:' to leave one out, 'Name;' for an empty one",
    )
  }
  const name = trimBlanks(text.slice(0, colon))
  if (name === '') throw new SettingsError("-H: there is no name before the colon; write 'Name: value'")
  if (!token.test(name)) {
    throw new SettingsError("-H: the name may contain letters, digits and any of !#$%&'*+.^_`|~- but no spaces")
  }
  const value = trimBlanks(text.slice(colon + 1))
  return [name, value === '' ? undefined : value]
}

/** Does not trim line breaks, so that they are refused. */
function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '')
}
