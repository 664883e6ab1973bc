/** What can be said besides the report. */
export interface ReportOptions {
  /** The version of the program that made it, for the last line. */
  readonly version?: string
}
