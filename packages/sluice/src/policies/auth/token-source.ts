import type { RequestInput } from '../../http/request.ts'
import type { Duration } from '../../time/duration.ts'
import type { Place } from './credentials.ts'

/** Result of `fetchToken`. Further fields, such as a refresh token, are passed to the next call. */
export interface FetchedToken {
  /** Token to send, without its scheme. */
  readonly token: string
  /** Lifetime of the token from now, in ms or with a unit. @default until the server refuses it */
  readonly expiresIn?: Duration | undefined
}

/** Response of a token server. */
export interface TokenAnswer<T = unknown> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly value: T
}

/** Context of `fetchToken`. */
export interface TokenContext<Fetched extends FetchedToken = FetchedToken> {
  /**
   * Sends a call through the same client, with its limits, retries and timeouts, but without its credentials. It goes
   * before all others in its queue. Its body, and headers and parameters that are secret by name, appear in no event.
   *
   * @throws SluiceError if it does not succeed.
   */
  send<T = unknown>(request: RequestInput): Promise<TokenAnswer<T>>
  /** Why a token is needed: there was none, it is about to expire, or the server refused it. */
  readonly reason: 'first' | 'expired' | 'refused'
  /** Result of the last fetch. */
  readonly previous: Fetched | undefined
  /** Aborted when no call waits for the token any more. */
  readonly signal: AbortSignal
}

/** Source of tokens, and their place in a request. */
export interface TokenSource {
  readonly place: Place
  /** Formats the credential for a token. */
  readonly secretOf: (token: string) => string
  readonly fetchToken: (context: TokenContext) => Promise<FetchedToken>
  /** Time in ms before expiry at which a token is renewed. */
  readonly refreshBefore: number | undefined
}
