import { describe, expect, it } from 'vitest'
import { dark, light } from './styles.ts'

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s colours', (_, colours) => {
  it.each(['ink', 'soft', 'accent', 'good', 'bad'] as const)('let %s be read as text on each ground', (name) => {
    for (const ground of [colours.page, colours.card]) {
      expect(contrast(colours[name], ground)).toBeGreaterThanOrEqual(4.5)
    }
  })

  it.each(['ink', 'soft', 'good'] as const)('let %s be read as text in the row that stands out', (name) => {
    expect(contrast(colours[name], colours.best)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['edge', 'calm', 'refused', 'queued', 'connect', 'first-byte', 'body'] as const)(
    'let %s be seen as a mark',
    (name) => {
      expect(contrast(colours[name], colours.card)).toBeGreaterThanOrEqual(3)
    },
  )
})

/** Contrast as WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [dim, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (bright + 0.05) / (dim + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
