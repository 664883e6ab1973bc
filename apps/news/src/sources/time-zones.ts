/** Zone names in feeds, as minutes east of Greenwich. Ambiguous names have the meaning most common in feeds. */
const minutesOf: ReadonlyMap<string, number> = new Map(
  Object.entries({
    UT: 0,
    UTC: 0,
    GMT: 0,
    Z: 0,
    WET: 0,
    WEST: 60,
    IST: 330,
    BST: 60,
    CET: 60,
    MET: 60,
    MEZ: 60,
    CEST: 120,
    MEST: 120,
    MESZ: 120,
    EET: 120,
    EEST: 180,
    SAST: 120,
    CAT: 120,
    WAT: 60,
    EAT: 180,
    MSK: 180,
    MSD: 240,
    TRT: 180,
    IRST: 210,
    GST: 240,
    PKT: 300,
    NPT: 345,
    ICT: 420,
    WIB: 420,
    CCT: 480,
    HKT: 480,
    SGT: 480,
    MYT: 480,
    PHT: 480,
    AWST: 480,
    JST: 540,
    KST: 540,
    ACST: 570,
    ACDT: 630,
    AEST: 600,
    AEDT: 660,
    NZST: 720,
    NZDT: 780,
    EST: -300,
    EDT: -240,
    CST: -360,
    CDT: -300,
    MST: -420,
    MDT: -360,
    PST: -480,
    PDT: -420,
    AKST: -540,
    AKDT: -480,
    HST: -600,
    HAST: -600,
    AST: -240,
    ADT: -180,
    NST: -210,
    NDT: -150,
    BRT: -180,
    BRST: -120,
    ART: -180,
    UYT: -180,
    CLT: -240,
    CLST: -180,
    VET: -240,
    BOT: -240,
    COT: -300,
    PET: -300,
  }),
)

/** Names that mean summer or winter time depending on the date. */
const places: ReadonlyMap<string, string> = new Map([
  ['ET', 'America/New_York'],
  ['CT', 'America/Chicago'],
  ['MT', 'America/Denver'],
  ['PT', 'America/Los_Angeles'],
  ['UK', 'Europe/London'],
])

/**
 * Zone at the start of a text, in minutes east of Greenwich at a local time: an offset, a name, a letter of RFC 822, or
 * a place of the time zone database. Undefined if there is none.
 */
export function offsetMinutes(text: string, local: number): number | undefined {
  const zone = text.trim().replace(/^[,\s]+/, '')
  const place = /^[A-Z]\w+(?:\/[\w+-]+){1,2}|^[A-Z]{3}\d[A-Z]{3}\b/i.exec(zone)?.[0]
  if (place !== undefined) return placeMinutes(place, local)
  const offset = /^(?:(?:GMT|UTC?|Z)\s*)?([+\-−–])\s?(\d{1,2})(?::?(\d{2}))?(?!\d)/i.exec(zone)
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0)
    if (minutes > 15 * 60) return undefined
    return offset[1] === '+' ? minutes : -minutes
  }
  const name = /^[A-Z]{1,4}(?![\p{L}\d])/iu.exec(zone)?.[0].toUpperCase()
  if (name === undefined) return undefined
  const region = places.get(name)
  return minutesOf.get(name) ?? (region === undefined ? letterMinutes(name) : placeMinutes(region, local))
}

/** Letters of RFC 822: A to M, without J, are west of Greenwich, N to Y are east of it. */
function letterMinutes(letter: string): number | undefined {
  if (letter.length !== 1) return undefined
  const west = 'ABCDEFGHIKLM'.indexOf(letter)
  if (west >= 0) return -60 * (west + 1)
  const east = 'NOPQRSTUVWXY'.indexOf(letter)
  return east < 0 ? undefined : 60 * (east + 1)
}

function placeMinutes(place: string, local: number): number | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en', {
      timeZone: place,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const offsetAt = (instant: number): number => {
    const of = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const shown = Date.UTC(
      of.get('year')!,
      of.get('month')! - 1,
      of.get('day'),
      of.get('hour'),
      of.get('minute'),
      of.get('second'),
    )
    return Math.round((shown - Math.floor(instant / 1_000) * 1_000) / 60_000)
  }
  return offsetAt(local - offsetAt(local) * 60_000)
}
