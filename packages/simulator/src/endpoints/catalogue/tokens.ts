import { createHmac } from 'node:crypto'

/** Maximum number of tokens of a kind; the oldest are forgotten beyond it. */
const maxTokens = 10_000

export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/**
 * Access tokens that expire, and refresh tokens that work once and do not expire.
 *
 * The same seed issues the same tokens in the same order.
 */
export class Tokens {
  readonly #seed: number
  readonly #lifetime: number
  readonly #now: () => number
  readonly #expiryByToken = new Map<string, number>()
  readonly #refreshTokens = new Set<string>()
  #issued = 0

  /** `lifetime` and `now` are in milliseconds. */
  constructor(seed: number, lifetime: number, now: () => number) {
    this.#seed = seed
    this.#lifetime = lifetime
    this.#now = now
  }

  /** Remaining validity of a new access token in whole seconds, rounded down. */
  get expiresIn(): number {
    return Math.floor(this.#lifetime / 1_000)
  }

  issue(withRefreshToken: boolean): IssuedTokens {
    this.#issued++
    const accessToken = this.#make('access')
    if (this.#expiryByToken.size >= maxTokens) this.#expiryByToken.delete(this.#expiryByToken.keys().next().value!)
    this.#expiryByToken.set(accessToken, this.#now() + this.#lifetime)
    if (!withRefreshToken) return { accessToken, refreshToken: undefined }
    const refreshToken = this.#make('refresh')
    if (this.#refreshTokens.size >= maxTokens) this.#refreshTokens.delete(this.#refreshTokens.values().next().value!)
    this.#refreshTokens.add(refreshToken)
    return { accessToken, refreshToken }
  }

  isValid(accessToken: string): boolean {
    const expiry = this.#expiryByToken.get(accessToken)
    if (expiry === undefined) return false
    if (this.#now() < expiry) return true
    this.#expiryByToken.delete(accessToken)
    return false
  }

  /** Uses up a refresh token. True if it was valid and unused. */
  use(refreshToken: string): boolean {
    return this.#refreshTokens.delete(refreshToken)
  }

  /** Invalidates all tokens, refresh tokens included. */
  revokeAll(): void {
    this.#expiryByToken.clear()
    this.#refreshTokens.clear()
  }

  #make(kind: 'access' | 'refresh'): string {
    return createHmac('sha256', String(this.#seed)).update(`${kind} ${this.#issued}`).digest('base64url')
  }
}
