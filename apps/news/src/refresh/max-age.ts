/** The milliseconds for which an answer holds as its `Cache-Control` says, or nothing if it does not say. */
export function maxAge(headers: Readonly<Record<string, string>>): number | undefined {
  const field = headers['cache-control'] ?? ''
  if (/(?:^|[\s,])no-(?:cache|store)(?:[\s,]|$)/i.test(field)) return undefined
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/i.exec(field)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
