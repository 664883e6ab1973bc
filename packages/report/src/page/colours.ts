/** The colours of a page: texts at least 4.5:1 on `page` and `card`, marks at least 3:1. */
export type Palette = Readonly<Record<keyof typeof light, string>>

/** By day, and on paper. */
export const light = {
  page: '#f5f6f8',
  card: '#ffffff',
  ink: '#17212b',
  soft: '#55616e',
  rule: '#d9dee4',
  grid: '#e6e9ee',
  edge: '#7c8792',
  best: '#e9f5ee',
  accent: '#0f6cad',
  calm: '#3f76a8',
  good: '#147a52',
  bad: '#b3261e',
  refused: '#96650b',
  queued: '#7f8a96',
  connect: '#a8620f',
  'first-byte': '#3f83bf',
  body: '#123f66',
}

/** By night. */
export const dark: Palette = {
  page: '#0f1419',
  card: '#171d24',
  ink: '#e8edf2',
  soft: '#a3afbb',
  rule: '#313b46',
  grid: '#28313b',
  edge: '#7d8996',
  best: '#16302a',
  accent: '#5fb0ee',
  calm: '#5e9dd0',
  good: '#46be8c',
  bad: '#f5827a',
  refused: '#dba63f',
  queued: '#7f8b97',
  connect: '#d0914b',
  'first-byte': '#4c97d4',
  body: '#b9dcf7',
}

/** A palette as custom properties. */
export function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('')
}
