import { SettingsError } from 'sluice'
import { secretsOf } from 'sluice/internal'
import { resolveSecret, type ValueSources } from './resolve-secret.ts'

export interface Authorization {
  /** The value of the `authorization` header. */
  readonly header: string
  /** What must be masked wherever it turns up. */
  readonly secrets: readonly string[]
  /** Whether the secret was typed as it is, where other users of the machine can see it. */
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
