/** Parts of the page of a run, for reuse in other pages; none of them needs Node. */

export { dataCode, dataText, patterns, section, table, tableSection, tiles } from './page/parts.ts'
export { styles } from './page/styles.ts'
export { at, bottomAxis, leftAxis, type PlotArea, plotWidth, rightTimeScale, upScale, upTicks } from './plots/axes.ts'
export { barTable } from './plots/bar-table.ts'
export { drawing, figure, legend, linePath, stroke } from './plots/drawing.ts'
export { attemptBars } from './run/attempt-bars.ts'
export { callBars } from './run/call-bars.ts'
export {
  attemptTimes,
  errorColumns,
  errorTable,
  overTime,
  receivedTile,
  runTiles,
  statusBars,
  waitBars,
} from './run/run-sections.ts'
export { boundsOf, type SeriesPoint, type TimeRange, thinSeries } from './run/thin-series.ts'
export { headlineOf, hostLines, keyLines, limitName, missedLines, spentLines, stopOf } from './run/words.ts'
export { countText, durationText, rateText, shareText } from './text.ts'
