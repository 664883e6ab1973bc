const goUnits: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  // The same letter in UTF-8 where header bytes are taken for Latin-1.
  ['Âµs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const goPart = `(\\d+(?:\\.\\d+)?)(${[...goUnits.keys()].sort((a, b) => b.length - a.length).join('|')})`
const goDuration = new RegExp(`^(?:${goPart})+$`)
/** Days at most: how long a month or a year is, it does not say. */
const isoDuration = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/**
 * The milliseconds of a duration as servers write it, or `undefined`: the Go form (`6m0s`, `120ms`, `1h2m3.5s`) and the
 * ISO 8601 form (`PT30S`, `P1DT2H`). Rounded up, never negative, perhaps infinite.
 */
export function parseServerDuration(text: string): number | undefined {
  if (goDuration.test(text)) {
    const parts = text.matchAll(new RegExp(goPart, 'g'))
    return Math.ceil(parts.reduce((sum, [, number, unit]) => sum + Number(number) * goUnits.get(unit!)!, 0))
  }
  const iso = isoDuration.exec(text)
  if (iso === null || text === 'P') return undefined
  const [days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ]
  return Math.ceil((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000)
}
