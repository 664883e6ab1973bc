import { isObject } from 'sluice/internal'
import { type Answer, json, type Question } from '../../faults/answer.ts'
import { contentOf } from '../../faults/content.ts'
import { problemDetails, readJson } from './json-body.ts'
import type { IssuedTokens, Tokens } from './tokens.ts'

/** Password of every user. */
const rightPassword = 'practice'

/** `POST /catalogue/login` with `{ "user": ..., "password": ... }`: accepts any user with the one password. */
export function login(tokens: Tokens): (question: Question) => Answer {
  return ({ body }) => {
    const given = readJson(body)
    const { user, password } = isObject(given) ? given : {}
    if (typeof user !== 'string' || user === '' || typeof password !== 'string') {
      return problemDetails(400, 'expected a user and a password: {"user": "...", "password": "..."}')
    }
    if (password === rightPassword) return tokenAnswer(tokens, tokens.issue(true))
    return problemDetails(401, `wrong password; here it is ${rightPassword}`, {
      'www-authenticate': 'Bearer realm="practice"',
    })
  }
}

/** `POST /catalogue/revoke`: invalidates all tokens, the request's own included. */
export function revoke(tokens: Tokens): () => Answer {
  return () => {
    tokens.revokeAll()
    return { status: 204, headers: {}, body: contentOf(new Uint8Array()) }
  }
}

/** Requires a valid access token (RFC 6750) before `answer` is called. */
export function signedIn(tokens: Tokens, answer: (question: Question) => Answer): (question: Question) => Answer {
  return (question) => {
    const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(question.headers.authorization ?? '')?.[1]
    if (token !== undefined && tokens.isValid(token)) return answer(question)
    return problemDetails(401, 'a valid access token is missing; POST /catalogue/login gives one', {
      'www-authenticate': 'Bearer error="invalid_token"',
    })
  }
}

/** Token response, RFC 6749 section 5.1. */
export function tokenAnswer(tokens: Tokens, { accessToken, refreshToken }: IssuedTokens): Answer {
  const body = {
    access_token: accessToken,
    ...(refreshToken === undefined ? undefined : { refresh_token: refreshToken }),
    token_type: 'Bearer',
    expires_in: tokens.expiresIn,
  }
  return json(200, body, notStored)
}

/** Headers of every response that contains tokens. */
export const notStored: Readonly<Record<string, string>> = { 'cache-control': 'no-store', pragma: 'no-cache' }
