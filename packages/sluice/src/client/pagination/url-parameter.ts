/** The value of a parameter in the query of a URL, the first of its name; decoded. */
export function parameterOf(url: string, name: string): string | undefined {
  const pair = pairsOf(url).pairs.find((one) => nameOf(one) === name)
  if (pair === undefined) return undefined
  const start = pair.indexOf('=')
  return start === -1 ? '' : decoded(pair.slice(start + 1))
}

/** The URL with the parameter set to just this value, at its place if it has one. Everything else stays as it was written. */
export function withParameter(url: string, name: string, value: string): string {
  const { before, pairs } = pairsOf(url)
  // Half of a surrogate pair would throw.
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
