import type { RequestInput } from '../../http/request.ts'
import type { Duration } from '../../time/duration.ts'
import type { Place } from './credentials.ts'

/** Result of `fetchToken`. Further fields, such as a refresh token, are handed to the next call. */
export interface FetchedToken {
  readonly token: string
  /** How long it is valid from now on, in milliseconds or with a unit. @default until the server refuses it */
  readonly expiresIn?: Duration | undefined
}

/** Answer of a token server. */
export interface TokenAnswer<T = unknown> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly value: T
}

/** Context of `fetchToken`. */
export interface TokenContext<Fetched extends FetchedToken = FetchedToken> {
  /**
   * A call through the same client, with its limits, retries and timeouts, but without credentials of its own. It goes
   * before all others in its line. Its body, and headers and parameters that are secret by name, show in no event.
   *
   * @throws SluiceError that says why there is no success.
   */
  send<T = unknown>(request: RequestInput): Promise<TokenAnswer<T>>
  /** Why a token is wanted: there was none, it is about to expire, or the server refused it. */
  readonly reason: 'first' | 'expired' | 'refused'
  /** Result of the last fetch. */
  readonly previous: Fetched | undefined
  /** Aborted when no call waits for the token any more. */
  readonly signal: AbortSignal
}

/** Where tokens come from, and where they stand in a request. */
export interface TokenSource {
  readonly place: Place
  /** Makes the credential of a token. */
  readonly secretOf: (token: string) => string
  readonly fetchToken: (context: TokenContext) => Promise<FetchedToken>
  /** Milliseconds before its end that a token is fetched anew. */
  readonly refreshBefore: number | undefined
}
