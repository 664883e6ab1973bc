import type { ApiRequest } from '../http/request.ts'
import { isSecretHeader } from '../http/secret-names.ts'
import { codingsOf } from './content-codings.ts'

/** Differences of a runtime's `fetch` from others. */
export interface FetchPlatform {
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  /** True for browsers: they cannot send streams, follow redirects themselves, and set their own user agent. */
  readonly isBrowser: boolean
  /** Reason for which a body with this content coding cannot be trusted; undefined if it can. */
  refusal(contentEncoding: string): string | undefined
}

const plain: FetchPlatform = {
  headers: { 'accept-encoding': 'identity' },
  isBrowser: false,
  refusal: () => undefined,
}

const platforms: readonly (readonly [userAgent: RegExp, platform: FetchPlatform])[] = [
  [
    // It accepts a truncated encoded body as complete.
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
    // It decodes the two codings that it requests itself, and returns others undecoded.
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

/** Runtime of this `fetch`; one without guarantees for a custom `fetch`. */
export function fetchPlatform(
  isOwn: boolean,
  userAgent: string = globalThis.navigator?.userAgent ?? '',
): FetchPlatform {
  return (isOwn && platforms.find(([pattern]) => pattern.test(userAgent))?.[1]) || plain
}

/** Header that must not follow a redirect to another origin, apart from those that browsers remove themselves. */
export function heldBackHeader({ headers }: ApiRequest): string | undefined {
  return Object.keys(headers).find((name) => name !== 'authorization' && isSecretHeader(name))
}

/** Deno's messages for errors that have codes elsewhere. */
const codes: readonly (readonly [words: RegExp, code: string])[] = [
  [/dns error/, 'ENOTFOUND'],
  [/connection refused/i, 'ECONNREFUSED'],
  [/certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]

/** Cause of a `fetch` error, with its code if the runtime reports one. */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const cause = error.cause ?? error
  const words = cause instanceof Error ? /client error \(Connect\): (.*)/s.exec(cause.message)?.[1] : undefined
  if (words === undefined) return cause
  const code = codes.find(([pattern]) => pattern.test(words))?.[1] ?? 'ERR_CONNECT'
  return Object.assign(new Error(words, { cause: error }), { code })
}
