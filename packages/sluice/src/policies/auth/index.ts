/**
 * Credentials: fixed ones, and tokens that are fetched, shared and renewed.
 *
 * @module sluice/auth
 */

export { apiKeyAuth } from './api-key-auth.ts'
export { basicAuth } from './basic-auth.ts'
export { bearerAuth } from './bearer-auth.ts'
export { type ClientCredentialsOptions, clientCredentialsAuth } from './client-credentials-auth.ts'
export { type TokenAuthOptions, tokenAuth } from './token-auth.ts'
export type { FetchedToken, TokenContext } from './token-source.ts'
