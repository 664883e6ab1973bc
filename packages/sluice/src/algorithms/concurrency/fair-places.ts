/**
 * How many of `limit` places each may have who wants some: as much as it wants where that is little, and the rest in
 * equal parts. What cannot be parted goes to others each time that `turn` is another number.
 */
export function fairPlaces(limit: number, wanted: readonly number[], turn: number): number[] {
  // The modest first: what they leave is parted among the others.
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
  const given = wanted.map(() => 0)
  let left = limit
  for (const [place, index] of order.entries()) {
    const hungry = order.length - place
    const share = Math.floor(left / hungry)
    if (wanted[index]! > share) {
      const over = left - share * hungry
      for (let rank = 0; rank < hungry; rank++) {
        given[order[place + rank]!] = share + ((rank + turn) % hungry < over ? 1 : 0)
      }
      break
    }
    given[index] = wanted[index]!
    left -= wanted[index]!
  }
  return given
}
