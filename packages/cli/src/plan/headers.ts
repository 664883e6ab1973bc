import { SettingsError } from 'sluice'
import { secretsOf } from 'sluice/internal'
import { token } from '../inputs/request-fields.ts'
import { resolveSecret, type ValueSources } from './secrets.ts'

export interface Authorization {
  /** The value of the `authorization` header. */
  readonly header: string
  /** Masked wherever they turn up. */
  readonly secrets: readonly string[]
  /** True if the secret was typed as it is, where other users of the machine can see it. */
  readonly literal: boolean
}

/**
 * Reads `bearer:TOKEN`, `basic:USER:PASSWORD` or `basic:USER_AND_PASSWORD`, each of them as text, `env:NAME` or
 * `file:PATH`. What a reference of `basic:` leads to must be `user:password`.
 *
 * @throws SettingsError that never shows a secret.
 */
export function parseAuth(text: string, sources: ValueSources = {}): Authorization {
  const match = /^(bearer|basic):(.+)$/is.exec(text)
  if (match === null) {
    throw new SettingsError('--auth: expected bearer:env:TOKEN, basic:env:USER_PASS or basic:USER:env:PASSWORD')
  }
  return match[1]!.toLowerCase() === 'bearer' ? bearer(match[2]!, sources) : basic(match[2]!, sources)
}

function bearer(reference: string, sources: ValueSources): Authorization {
  const { value, secret } = resolveSecret(reference, sources)
  // RFC 6750 allows less; what every server is able to receive is the line drawn here.
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new SettingsError('--auth: a bearer token has only visible ASCII characters, and no blanks')
  return { header: `Bearer ${value}`, secrets: [value], literal: !secret }
}

function basic(reference: string, sources: ValueSources): Authorization {
  const whole = resolveSecret(reference, sources)
  const colon = whole.value.indexOf(':')
  if (colon === -1) {
    throw new SettingsError('--auth: basic needs user:password, as text or in the variable or file that is named')
  }
  const user = whole.value.slice(0, colon)
  const password = whole.secret
    ? { value: whole.value.slice(colon + 1), secret: true }
    : resolveSecret(whole.value.slice(colon + 1), sources)
  const encoded = Buffer.from(`${user}:${password.value}`, 'utf8').toString('base64')
  const header = `Basic ${encoded}`
  return { header, secrets: secretsOf(header), literal: !password.secret }
}

/** A header's name and what its value is: text or a reference for `resolveSecret`; `undefined` takes the header back. */
export type HeaderOption = readonly [name: string, value: string | undefined]

/**
 * Reads `Name: value` as curl does: `Name:` takes back a header that would be added, `Name;` sends it empty.
 *
 * @throws SettingsError that never shows more than the name, because the rest may be a secret.
 */
export function parseHeader(text: string): HeaderOption {
  const colon = text.indexOf(':')
  if (colon === -1) {
    const empty = /^\s*([^\s;]+);\s*$/.exec(text)
    if (empty !== null && token.test(empty[1]!)) return [empty[1]!, '']
    throw new SettingsError(
      "header: there is no colon; write 'Name: value', 'Name:' to leave one out, 'Name;' for an empty one",
    )
  }
  const name = trimBlanks(text.slice(0, colon))
  if (name === '') throw new SettingsError("header: there is no name before the colon; write 'Name: value'")
  if (!token.test(name)) {
    throw new SettingsError("header: the name may have letters, digits and any of !#$%&'*+.^_`|~- but no blanks")
  }
  const value = trimBlanks(text.slice(colon + 1))
  return [name, value === '' ? undefined : value]
}

/** Line breaks are not blanks here: they are left to be refused. */
function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '')
}
