import type { ApiRequest } from '../http/request.ts'
import { isSecretHeader } from '../http/secret-names.ts'
import { codingsOf } from './content-codings.ts'

/** A runtime, as far as its `fetch` differs from others. */
export interface FetchPlatform {
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  /** True for browsers: they send no streams, follow redirects themselves, and have a user agent of their own. */
  readonly isBrowser: boolean
  /** Says why a body with this content coding cannot be trusted; undefined if it can. */
  refusal(contentEncoding: string): string | undefined
}

const plain: FetchPlatform = {
  headers: { 'accept-encoding': 'identity' },
  isBrowser: false,
  refusal: () => undefined,
}

const platforms: readonly (readonly [userAgent: RegExp, platform: FetchPlatform])[] = [
  [
    // It takes an encoded body that was cut short for a whole one.
    /^Node\.js\//,
    {
      ...plain,
      refusal: (encoding) =>
        codingsOf(encoding).length === 0
          ? undefined
          : `the body is encoded as ${encoding} although that was not requested, and Node's fetch does not show whether it is complete`,
    },
  ],
  [
    // It decodes two codings, those that it requests itself, and hands out others as they came.
    /^Deno\//,
    {
      ...plain,
      headers: {},
      refusal: (encoding) =>
        codingsOf(encoding).every((coding, index) => index === 0 && /^(?:gzip|br)$/.test(coding))
          ? undefined
          : `the body is encoded as ${encoding}, which Deno's fetch does not decode`,
    },
  ],
  [/^Bun\//, { ...plain, headers: {} }],
  [/^Mozilla\//, { ...plain, headers: {}, isBrowser: true }],
]

/** The runtime of this `fetch`: for one of the caller's, which may be anything, one that promises nothing. */
export function fetchPlatform(
  isOwn: boolean,
  userAgent: string = globalThis.navigator?.userAgent ?? '',
): FetchPlatform {
  return (isOwn && platforms.find(([pattern]) => pattern.test(userAgent))?.[1]) || plain
}

/** Header whose value must not follow a redirect to another origin, beside those that browsers keep back themselves. */
export function heldBackHeader({ headers }: ApiRequest): string | undefined {
  return Object.keys(headers).find((name) => name !== 'authorization' && isSecretHeader(name))
}

/** Words of Deno for what others have codes for. */
const codes: readonly (readonly [words: RegExp, code: string])[] = [
  [/dns error/, 'ENOTFOUND'],
  [/connection refused/i, 'ECONNREFUSED'],
  [/certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]

/** The cause of an error of `fetch`, with its code if the runtime tells it. */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const cause = error.cause ?? error
  const words = cause instanceof Error ? /client error \(Connect\): (.*)/s.exec(cause.message)?.[1] : undefined
  if (words === undefined) return cause
  const code = codes.find(([pattern]) => pattern.test(words))?.[1] ?? 'ERR_CONNECT'
  return Object.assign(new Error(words, { cause: error }), { code })
}
