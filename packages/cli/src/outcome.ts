/** What a run of the program came to. */
export interface Outcome {
  exitCode: number
}
