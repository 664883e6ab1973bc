import { SettingsError } from 'sluice'

/** Surrounds a variable name in a word, where the shell would insert its value. */
const mark = '\0'
const variable = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/

/**
 * Splits a command into words as a POSIX shell does, with quotes of all kinds, `$'...'`, and backslashes at line ends;
 * also commands copied for the Windows command prompt, where a caret escapes. Nothing is run.
 *
 * @throws SettingsError for an unclosed quote, and for syntax that would run another command
 */
export function shellWords(command: string): string[] {
  const text = /\^["\r\n]/.test(command) ? command.replace(/\^\r?\n/g, ' ').replace(/\^(.)/gs, '$1') : command
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at, at + 300)
    const character = text[at]!
    if (/^(?:\\\r?\n|\s)/.test(rest)) {
      at += rest.startsWith('\\') ? /^\\\r?\n/.exec(rest)![0].length : 1
      // An escaped line break continues the word.
      if (character !== '\\' && word !== undefined) {
        words.push(word)
        word = undefined
      }
      continue
    }
    if (/^[|;&<>()]/.test(rest)) {
      throw new SettingsError(
        `--from-curl: there is a ${character} outside quotes; give one curl command alone, with its URL in quotes`,
      )
    }
    const piece = pieceAt(text, at, rest)
    word = (word ?? '') + piece.text
    at = piece.end
  }
  return word === undefined ? words : [...words, word]
}

interface Piece {
  readonly text: string
  readonly end: number
}

function pieceAt(text: string, at: number, rest: string): Piece {
  if (rest.startsWith("$'")) return ansiQuoted(text, at + 2)
  const character = rest[0]!
  if (character === "'") {
    const end = text.indexOf("'", at + 1)
    if (end === -1) throw neverClosed()
    return { text: text.slice(at + 1, end), end: end + 1 }
  }
  if (character === '"') return doubleQuoted(text, at + 1)
  if (character === '\\') return { text: text[at + 1] ?? '', end: at + 2 }
  return plainAt(text, at)
}

/** A character, or a variable. */
function plainAt(text: string, at: number): Piece {
  const rest = text.slice(at, at + 300)
  if (/^(?:\$\(|`)/.test(rest)) throw new SettingsError('--from-curl: commands within the command are not supported')
  const found = variable.exec(rest)
  if (found === null) return { text: text[at]!, end: at + 1 }
  return { text: mark + (found[1] ?? found[2]!) + mark, end: at + found[0].length }
}

function doubleQuoted(text: string, start: number): Piece {
  let value = ''
  for (let at = start; at < text.length; ) {
    const character = text[at]!
    if (character === '"') return { text: value, end: at + 1 }
    if (character === '\\') {
      const next = text[at + 1] ?? ''
      if (next !== '\n') value += '"\\$`'.includes(next) ? next : `\\${next}`
      at += 2
      continue
    }
    const piece = plainAt(text, at)
    value += piece.text
    at = piece.end
  }
  throw neverClosed()
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
}

function ansiQuoted(text: string, start: number): Piece {
  let value = ''
  for (let at = start; at < text.length; ) {
    const character = text[at]!
    if (character === "'") return { text: value, end: at + 1 }
    if (character !== '\\') {
      value += character
      at += 1
      continue
    }
    const code = /^\\(?:u([0-9a-f]{1,4})|U([0-9a-f]{1,6})|x([0-9a-f]{1,2})|([0-7]{1,3}))/i.exec(text.slice(at, at + 10))
    if (code === null) {
      const next = text[at + 1] ?? ''
      value += escapes[next] ?? next
      at += 2
    } else {
      const number =
        code[4] === undefined ? Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16) : Number.parseInt(code[4], 8)
      value += String.fromCodePoint(Math.min(number, 0x10_ff_ff))
      at += code[0].length
    }
  }
  throw neverClosed()
}

function neverClosed(): SettingsError {
  return new SettingsError('--from-curl: a quote is never closed')
}

/** Name of the variable that makes up a whole word. */
export function variableIn(word: string): string | undefined {
  return /^\0(\w+)\0$/.exec(word)?.[1]
}

/** Inserts the values of variables into a word. @throws SettingsError that names an unset variable */
export function withVariables(word: string, env: NodeJS.ProcessEnv): string {
  return word.replace(/\0(\w+)\0/g, (_, name: string) => {
    const value = env[name]
    if (value === undefined) throw new SettingsError(`--from-curl: the environment variable ${name} is not set`)
    return value
  })
}
