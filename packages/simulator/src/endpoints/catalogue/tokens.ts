import { createHmac } from 'node:crypto'

/** More tokens of a kind than this, and the oldest are forgotten. */
const maxTokens = 10_000

export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/**
 * Who may come in: access tokens that expire, and refresh tokens that work once and do not expire.
 *
 * The first, second ... token of a seed is always the same.
 */
export class Tokens {
  readonly #seed: number
  readonly #lifetime: number
  readonly #now: () => number
  readonly #expiryByToken = new Map<string, number>()
  readonly #refreshTokens = new Set<string>()
  #issued = 0

  /** `lifetime` is in milliseconds, as is what `now` says. */
  constructor(seed: number, lifetime: number, now: () => number) {
    this.#seed = seed
    this.#lifetime = lifetime
    this.#now = now
  }

  /** How long an access token is valid, in whole seconds and never more than it is. */
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

  /** Makes all of them invalid, those to refresh with too. */
  revokeAll(): void {
    this.#expiryByToken.clear()
    this.#refreshTokens.clear()
  }

  #make(kind: 'access' | 'refresh'): string {
    return createHmac('sha256', String(this.#seed)).update(`${kind} ${this.#issued}`).digest('base64url')
  }
}
