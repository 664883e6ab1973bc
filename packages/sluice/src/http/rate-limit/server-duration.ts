const units: readonly (readonly [milliseconds: number, ...names: string[]])[] = [
  [1e-6, 'ns'],
  // The μ of µs in UTF-8, with the header bytes decoded as Latin-1.
  [1e-3, 'us', 'µs', 'μs', 'âµs'],
  [1, 'ms', 'msec', 'msecs', 'millis', 'millisecond', 'milliseconds'],
  [1_000, 's', 'sec', 'secs', 'second', 'seconds'],
  [60_000, 'm', 'min', 'mins', 'minute', 'minutes'],
  [3_600_000, 'h', 'hr', 'hrs', 'hour', 'hours'],
  [86_400_000, 'd', 'day', 'days'],
]
const unitByName = new Map(units.flatMap(([milliseconds, ...names]) => names.map((name) => [name, milliseconds])))
const part = /(\d+(?:\.\d+)?) ?([a-zâµμ]+) ?/gy
const parts = /^(?:\d+(?:\.\d+)? ?[a-zâµμ]+ ?)+$/
/** Up to days: months and years have no fixed length. */
const isoDuration = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i

/**
 * Parses a duration in the formats of servers to milliseconds, or `undefined`: the Go form (`6m0s`, `120ms`,
 * `1h2m3.5s`), with words (`3 sec`, `5 minutes`), and the ISO 8601 form (`PT30S`, `P1DT2H`). Rounded up, never
 * negative; may be infinite.
 */
export function parseServerDuration(text: string): number | undefined {
  const iso = isoDuration.exec(text)
  if (iso === null) return parseWithUnits(text.toLowerCase())
  if (text.length === 1) return undefined
  const [days, hours, minutes, seconds] = iso.slice(1).map((field) => Number(field ?? 0)) as [
    number,
    number,
    number,
    number,
  ]
  return Math.ceil((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000)
}

function parseWithUnits(text: string): number | undefined {
  if (!parts.test(text)) return undefined
  let sum = 0
  for (const [, number, unit] of text.matchAll(part)) {
    const milliseconds = unitByName.get(unit!)
    if (milliseconds === undefined) return undefined
    sum += Number(number) * milliseconds
  }
  return Math.ceil(sum)
}
