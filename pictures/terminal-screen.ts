/** Piece of a line whose letters look the same. */
export interface Span {
  readonly text: string
  /** Names of its looks, such as `bold red`; empty for plain text. */
  readonly look: string
}

/** Looks by the number with which a terminal selects them. */
const looks: Readonly<Record<number, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
}

interface Cell {
  readonly character: string
  readonly look: string
}

/** Lines that the bytes of a command leave on a terminal of so many columns. It knows what the command uses: returns, colours, ways up, cleared lines. */
export function screenOf(output: string, columns: number): Span[][] {
  const lines: Cell[][] = [[]]
  let row = 0
  let column = 0
  let look = ''
  const write = (text: string): void => {
    for (const character of text) {
      if (character === '\r') column = 0
      else {
        if (character === '\n' || column === columns) {
          row++
          lines[row] ??= []
          column = 0
        }
        if (character !== '\n') lines[row]![column++] = { character, look }
      }
    }
  }
  const [first, ...rest] = output.split('\u001b[')
  write(first!)
  for (const part of rest) {
    const [sequence, numbers, action] = /^([\d;?]*)([A-Za-z])/.exec(part) ?? ['', '', '']
    if (action === 'm') look = lookAfter(look, numbers!)
    else if (action === 'K') lines[row]!.length = numbers === '2' ? 0 : Math.min(column, lines[row]!.length)
    else if (action === 'A') row = Math.max(0, row - Number(numbers || 1))
    else if (action === 'J') {
      lines.length = row + 1
      lines[row]!.length = Math.min(column, lines[row]!.length)
    } else if (action !== 'h' && action !== 'l') throw new Error(`the screen has no action for ${JSON.stringify(part)}`)
    write(part.slice(sequence.length))
  }
  return lines.map(spansOf)
}

function lookAfter(look: string, numbers: string): string {
  return numbers.split(';').reduce((before, number) => {
    const name = looks[Number(number)]
    return name === undefined ? '' : `${before} ${name}`.trim()
  }, look)
}

function spansOf(line: readonly Cell[]): Span[] {
  const spans: Span[] = []
  // Cells that were jumped over are blanks.
  for (const { character, look } of Array.from(line, (cell) => cell ?? { character: ' ', look: '' })) {
    const last = spans.at(-1)
    if (last?.look === look) spans[spans.length - 1] = { text: last.text + character, look }
    else spans.push({ text: character, look })
  }
  return spans
}
