import { type Auth, AuthError, ClientError, type RequestSpec, SettingsError } from 'sluice'
import { tokenAuth } from 'sluice/auth'
import * as v from 'valibot'

const tokens = v.object({ access_token: v.string(), refresh_token: v.string(), expires_in: v.number() })
const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/** Logs in on the first call, then uses refresh tokens, and logs in again when a refresh token is rejected. */
export function catalogueAuth(user: string, password: string): Auth {
  if (!user || !password) throw new SettingsError('the catalogue requires a user and a password')
  return tokenAuth<{ token: string; expiresIn: number; refreshToken: string }>({
    async fetchToken({ send, previous }) {
      const ask = async (request: RequestSpec) => {
        const { value } = await send({ ...request, method: 'POST', readAs: 'json' })
        // The schema's message would quote the response, including its tokens.
        const { success, output } = v.safeParse(tokens, value)
        if (!success) throw new AuthError(`no token: the response of ${request.url} contains none`)
        return { token: output.access_token, expiresIn: output.expires_in * 1_000, refreshToken: output.refresh_token }
      }
      const logIn = () =>
        ask({ url: '/catalogue/login', json: { user, password } }).catch((error: unknown) => {
          if (!(error instanceof ClientError)) throw error
          throw new AuthError('no token: the catalogue rejects this user and password', error)
        })
      if (previous === undefined) return await logIn()
      try {
        const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: previous.refreshToken })
        return await ask({ url: '/catalogue/token', body: String(form), headers: formType })
      } catch (error) {
        if (error instanceof ClientError) return await logIn()
        throw error // temporary failure: the refresh token may still be valid
      }
    },
  })
}
