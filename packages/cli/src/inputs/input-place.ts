/** A place in the inputs, right after some of their items, from which reading can go on. */
export interface InputPlace {
  /** Which of the files, from 0. */
  readonly file: number
  /** Bytes of it, unzipped, that lie before. */
  readonly byte: number
  /** Lines that lie before. */
  readonly line: number
  /** Of the bytes before. */
  readonly digest: string
}
