import { type Markup, markup } from '../page/markup.ts'
import { at } from './plot-area.ts'

/** Each form of work, and each quantity, has its own shape, so that nobody has to tell colours apart. */
export type Shape = 'circle' | 'square' | 'diamond' | 'triangle'

/** A mark in the middle of (x, y); its colour comes from `name`. */
export function mark(shape: Shape, name: string, x: number, y: number): Markup {
  const [cx, cy] = [at(x), at(y)]
  switch (shape) {
    case 'circle':
      return markup`<circle class="${name}" cx="${cx}" cy="${cy}" r="4.5"/>`
    case 'square':
      return markup`<path class="${name}" d="M${at(x - 4)},${at(y - 4)}h8v8h-8z"/>`
    case 'diamond':
      return markup`<path class="${name}" d="M${cx},${at(y - 6.5)}l6.5,6.5l-6.5,6.5l-6.5,-6.5z"/>`
    case 'triangle':
      return markup`<path class="${name}" d="M${cx},${at(y - 5.5)}l5.5,10h-11z"/>`
  }
}

/** From the least to the most that was measured. */
export function whisker(name: string, x: number, from: number, to: number): Markup {
  const low = at(Math.max(from, to))
  const high = at(Math.min(from, to))
  return markup`<path class="whisker ${name}" d="M${at(x - 4)},${low}h8M${at(x - 4)},${high}h8M${at(x)},${low}V${high}"/>`
}

/** A line through points, as a path. */
export function stroke(name: string, path: string | null): Markup | undefined {
  return path === null || path === '' ? undefined : markup`<path class="line ${name}" d="${path}"/>`
}
