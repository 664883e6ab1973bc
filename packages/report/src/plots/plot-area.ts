/** The part of a drawing in which the data are, in units of the drawing. */
export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A drawing that stands beside another one on a wide screen. */
export const plotWidth = 480
/** A drawing that has the page for itself. */
export const wideWidth = 960

/** Between 13 and 14 units high, letters are at most this wide in the mean. */
export const letterWidth = 7.5

/** A position in a drawing: a tenth of a unit is finer than any screen. */
export function at(position: number): number {
  return Number.isFinite(position) ? Math.round(position * 10) / 10 : 0
}
