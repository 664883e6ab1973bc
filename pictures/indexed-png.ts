import { crc32, deflateSync } from 'node:zlib'

/** Colours of a picture that has one byte for each pixel. */
const mostColours = 256
/** Colours that are kept however near they are to another: grounds and letters. */
const exactColours = 64

/** Pixels of a picture, four bytes each: red, green, blue and opacity. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly bytes: Buffer
}

/** PNG with 256 colours, the most frequent that differ; the others become the nearest of them. A third of the size of one with all colours. */
export function indexedPng({ width, height, bytes }: Pixels): Buffer {
  const counts = new Map<number, number>()
  for (let at = 0; at < bytes.length; at += 4) {
    const colour = bytes.readUInt32BE(at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const colours = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour)
  const kept = new Set([...colours.slice(0, exactColours), ...coloursThatDiffer(colours)])
  const palette = [...kept].slice(0, mostColours)
  const indexes = new Map(colours.map((colour) => [colour, nearest(colour, palette)]))
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + x + 1] = indexes.get(bytes.readUInt32BE(4 * (y * width + x)))!
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  // Eight bits for each pixel, by palette.
  head.set([8, 3], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => partsOf(colour).slice(0, 3)))),
    chunk('tRNS', Buffer.from(palette.map((colour) => partsOf(colour)[3]!))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** First of the colours that share the upper half of each component. */
function coloursThatDiffer(colours: readonly number[]): number[] {
  const kinds = new Map<number, number>()
  for (const colour of colours) {
    const kind = colour & 0xf0f0f0f0
    if (!kinds.has(kind)) kinds.set(kind, colour)
  }
  return [...kinds.values()]
}

function partsOf(colour: number): number[] {
  return [colour >>> 24, (colour >>> 16) & 255, (colour >>> 8) & 255, colour & 255]
}

function nearest(colour: number, palette: readonly number[]): number {
  const parts = partsOf(colour)
  const distances = palette.map((other) =>
    partsOf(other).reduce((sum, part, index) => sum + (part - parts[index]!) ** 2, 0),
  )
  return distances.indexOf(Math.min(...distances))
}

function chunk(name: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(content))
  return Buffer.concat([length, content, sum])
}
