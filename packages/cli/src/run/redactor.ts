import { mask, redactUrl } from 'sluice/http'

/** Text that is shorter is too likely to stand somewhere by chance. */
const shortestSecret = 4

/** Masks credentials: those in URLs, and every literal occurrence of a secret that was loaded. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue
    forms.add(secret)
    forms.add(encodeURIComponent(secret.toWellFormed()))
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return (text) => {
    const withoutUrls = text.includes('://') ? text.replace(/\bhttps?:\/\/[^\s"'<>]+/gi, redactUrl) : text
    return longestFirst.reduce((shown, secret) => shown.replaceAll(secret, mask), withoutUrls)
  }
}
