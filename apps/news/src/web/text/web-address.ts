/** More than this no browser takes gladly. */
const longest = 2_000

/**
 * The address as it may stand in a link: http or https, and without a name and password in it, which only serve to make
 * one host look like another. Nothing for all else, which is shown as text.
 */
export function webAddress(address: string | undefined): string | undefined {
  if (address === undefined || address.length > longest || !/^https?:\/\//i.test(address)) return undefined
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
}
