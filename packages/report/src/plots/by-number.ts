/** A value at a number at once. */
export interface NumberPoint {
  readonly count: number
  readonly value: number
}

/** So many pieces between two points look smooth. */
const pieces = 16

/**
 * The same points with others between them that lie on a straight line by number. On an axis of doublings that line is a
 * curve; straight strokes there would lie above what cannot be exceeded.
 */
export function byNumber(points: readonly NumberPoint[]): NumberPoint[] {
  return points.flatMap((from, index) => {
    const to = points[index + 1]
    if (to === undefined || !(to.count > from.count) || !(from.count > 0)) return [from]
    return Array.from({ length: pieces }, (_, piece) => {
      const count = from.count * (to.count / from.count) ** (piece / pieces)
      const share = (count - from.count) / (to.count - from.count)
      return { count, value: from.value + share * (to.value - from.value) }
    })
  })
}
