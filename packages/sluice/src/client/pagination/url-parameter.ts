/** Decoded value of a query parameter of a URL; the first one if the name is repeated. */
export function parameterOf(url: string, name: string): string | undefined {
  const pair = pairsOf(url).pairs.find((one) => nameOf(one) === name)
  if (pair === undefined) return undefined
  const start = pair.indexOf('=')
  return start === -1 ? '' : decoded(pair.slice(start + 1))
}

/** Sets a query parameter to one value, in place if it is present. The rest of the URL is left unchanged. */
export function withParameter(url: string, name: string, value: string): string {
  const { before, pairs } = pairsOf(url)
  // An unpaired surrogate would throw.
  const pair = `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`
  const place = pairs.findIndex((one) => nameOf(one) === name)
  const others = pairs.filter((one) => nameOf(one) !== name)
  return `${before}?${others.toSpliced(place === -1 ? others.length : place, 0, pair).join('&')}`
}

function pairsOf(url: string): { readonly before: string; readonly pairs: readonly string[] } {
  const [whole = ''] = url.split('#', 1)
  const start = whole.indexOf('?')
  if (start === -1) return { before: whole, pairs: [] }
  const pairs = whole.slice(start + 1).split('&')
  return { before: whole.slice(0, start), pairs: pairs.filter((pair) => pair !== '') }
}

function nameOf(pair: string): string {
  return decoded(pair.split('=', 1)[0]!)
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
