import { type Markup, markup, type Part } from './markup.ts'

/** A figure that is seen at once. */
export interface Tile {
  readonly name: string
  readonly value: Part
  /** What it was before, or what it is of. */
  readonly note?: Part
}

/** The figures that matter most, side by side. */
export function tiles(list: readonly Tile[]): Markup {
  return markup`<dl class="tiles">${list.map(
    ({ name, value, note }) =>
      markup`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? undefined : markup`<dd class="note">${note}</dd>`}</div>`,
  )}</dl>\n`
}
