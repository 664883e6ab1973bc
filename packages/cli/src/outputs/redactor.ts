import type { ApiRequest } from 'sluice'
import { redactUrl } from 'sluice/http'
import { maskerOf, secretMasker } from 'sluice/internal'

/** Masks secrets in a text, including those of the given request. */
export type Redact = (text: string, request?: Pick<ApiRequest, 'url' | 'headers'>) => string

/** Masks credentials: those in URLs, every loaded secret in any encoding, and those of the given request. */
export function createRedactor(secrets: readonly string[]): Redact {
  const mask = secretMasker(secrets)
  return (text, request) => {
    const shown = mask(text)
    return redactUrls(request === undefined ? shown : maskerOf(request)(shown))
  }
}

/** The address in our own messages has a user, no secret. */
function shownUrl(url: string): string {
  return url.startsWith('postgres://user@host/') ? url : redactUrl(url)
}

/** Masks credentials in the URLs of a text. */
export function redactUrls(text: string): string {
  return text.includes('://') ? text.replace(/(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, shownUrl) : text
}
