import type { InputItem } from './input-item.ts'
import type { TextLine } from './text-lines.ts'

/** Makes inputs of lines. One for each source, because some formats remember the lines before. */
export interface LineReader {
  /** The inputs that these lines are or complete. To be read to its end before the next lines. */
  lines(lines: readonly TextLine[]): Iterable<InputItem>
  /** What is left when the source has ended. */
  end(): InputItem | undefined
  /** Whether it could go on after these lines without knowing what the last of them was. */
  readonly isBetween: boolean
  /**
   * Takes what it has to know from lines at the beginning of the source, such as the header of a table, when the lines to
   * be read come from further on. Answers whether it knows enough.
   */
  begin(lines: readonly TextLine[]): boolean
}

/** A reader of a format in which every line is by itself: an input, or nothing. */
export function lineByLine(read: (line: TextLine) => InputItem | undefined): LineReader {
  return {
    *lines(lines) {
      for (const line of lines) {
        const item = read(line)
        if (item !== undefined) yield item
      }
    },
    end: () => undefined,
    isBetween: true,
    begin: () => true,
  }
}
