/** Words that mark a credential anywhere in a name: `X-Auth-Email`, `refresh_token`, `jwt`. */
const secretWords: ReadonlySet<string> = new Set(
  `token secret password passwd passphrase passcode pwd pw pass pin otp totp jwt bearer auth authorization authentication
  credential cred cookie session sessid sid signature sig csrf xsrf assertion apikey hmac`.split(/\s+/),
)

/** Suffixes of compound words: `authtoken`, `clientsecret`, `hapikey`, `accesskeyid`. */
const secretEnding =
  /(?:token|secret|password|passwd|passphrase|signature|credential|authorization|sessionid|sessid|jwt|(?:api|app|access|secret|auth|subscription|user|private|consumer|client|developer|ws|license|account|master|signing|encryption|security|shared|service|admin)key(?:id)?)$/

/** Final words of names that describe a credential but do not contain it: `token_type`, `session_count`. */
const describingWords: ReadonlySet<string> = new Set(
  `type count counts limit limits used usage remaining reset url uri endpoint expiry expires expiration expired expire ttl
  length size policy consent per budget algorithm method mode version scheme required status valid age lifetime scope scopes
  format rate through provider start end duration timeout date time`.split(/\s+/),
)

/** Words before `tokens` that make it a count: `max_tokens`, `x-ratelimit-remaining-tokens`. */
const countingWords: ReadonlySet<string> = new Set(
  `max min maximum minimum remaining limit reset total num number of used prompt completion input output cached reasoning
  thinking ratelimit budget new stop special`.split(/\s+/),
)

/** Words before `token` that make it a page token, with or without a separator: `pageToken`, `next_token`. */
const positionWords: ReadonlySet<string> = new Set(
  'page next nextpage prev previous continuation pagination sync cursor'.split(' '),
)

/** Words before `key` that make it a key of data: `sort_key`, `partition-key`. */
const dataWords: ReadonlySet<string> = new Set(
  `idempotency sort order partition primary foreign cache surrogate public routing group row range filter search start end
  next last first previous object page translation index lookup shard map meta natural composite unique issue project ticket
  language column field property attribute tag data list count hash`.split(/\s+/),
)

/** Parameters of well-known APIs that are credentials, although no word in the name marks them. */
const wholeNames: ReadonlySet<string> = new Set(['key', 'appid', 'samlresponse'])

/**
 * Fragments of the names of secret parameters: each name contains at least one, unless percent-encoded. A URL without
 * any needs no masking. Words that contain a shorter fragment are covered by it.
 */
export const secretHints: readonly string[] = (() => {
  const all = [...secretWords, 'key', 'appid', 'saml', 'code', 'hash', 'sign']
  return all.filter((word) => !all.some((other) => other !== word && word.includes(other)))
})()

/** Headers that contain no credential although a word in their name suggests one. */
const harmlessHeaders: ReadonlySet<string> = new Set(['idempotency-key', 'sec-websocket-key', 'sec-websocket-accept'])

const headers = new Map<string, boolean>()
const parameters = new Map<string, boolean>()
const maxRemembered = 1_000
const longestName = 256

/** True if the value of this header must not be shown, and must not be sent to another origin after a redirect. */
export function isSecretHeader(name: string): boolean {
  return remembered(headers, name, (text) => {
    const lower = text.toLowerCase()
    if (harmlessHeaders.has(lower) || lower.startsWith('access-control-')) return false
    const words = wordsOf(text)
    const last = words.at(-1) ?? ''
    return isSecret(words) || isKey(words) || last.endsWith('key') || last === 'sign'
  })
}

/** True if the value of this query parameter must not be shown. The name may be percent-encoded. */
export function isSecretParameter(name: string): boolean {
  return remembered(parameters, name, (text) => {
    const words = wordsOf(decodedName(text))
    return wholeNames.has(words.join('')) || isSecret(words) || isKey(words)
  })
}

/** Caches the result by name: the number of names is small. */
function remembered(known: Map<string, boolean>, name: string, look: (name: string) => boolean): boolean {
  const found = known.get(name)
  if (found !== undefined) return found
  const isIt = look(name.length <= longestName ? name : name.slice(-longestName))
  if (known.size >= maxRemembered) known.clear()
  if (name.length <= longestName) known.set(name, isIt)
  return isIt
}

/** Words of a name in lower case, without trailing digits: `X-AuthToken2` has x, auth, token. */
function wordsOf(name: string): string[] {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  const words = spaced.toLowerCase().match(/[a-z]+/g)
  return words ?? []
}

function isSecret(words: readonly string[]): boolean {
  return words.some((word, at) => {
    const isPlural = word.endsWith('s') && word !== 'pass'
    const singular = isPlural ? word.slice(0, -1) : word
    if (!secretWords.has(singular) && !secretEnding.test(singular)) return false
    if (describingWords.has(words[at + 1] ?? '') || isPosition(singular, words[at - 1])) return false
    return !(singular === 'token' && isPlural && (countingWords.has(words[at - 1] ?? '') || at < words.length - 1))
  })
}

function isPosition(word: string, before = ''): boolean {
  return positionWords.has(word === 'token' ? before : word.replace(/token$/, ''))
}

/** True for a key that grants access: `app_key`, `access-key-id`, `serpapi_key`. */
function isKey(words: readonly string[]): boolean {
  const at = words.findLastIndex((word) => word === 'key' || word === 'keys')
  if (at < 1 || dataWords.has(words[at - 1]!)) return false
  return at === words.length - 1 || (at === words.length - 2 && ['id', 'value', 'v'].includes(words[at + 1]!))
}

/** Decodes a name that is percent-encoded once or twice, as in a URL within a URL. */
function decodedName(name: string): string {
  let text = name
  for (let round = 0; round < 2 && text.includes('%'); round++) text = decodePercents(text)
  return text
}

/** Decodes percent-encoding byte by byte. Malformed parts such as `%zz`, and invalid UTF-8, are no obstacle. */
export function decodePercents(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
