import { scaleQuantize } from 'd3-scale'
import { largest } from '../text/numbers.ts'

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** A row of letters, each as high as its number, the highest number full. Nothing is a blank. */
export function sparkline(numbers: readonly number[]): string {
  const most = largest(numbers)
  const scale = scaleQuantize([0, most], blocks)
  return numbers.map((number) => (number > 0 && most > 0 ? scale(number) : '·')).join('')
}
