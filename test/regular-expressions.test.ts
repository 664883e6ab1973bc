import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, it } from 'vitest'
import { isLongForm } from './long-form.ts'

const root = resolve(import.meta.dirname, '..')

/** Long enough that quadratic time is a second, and linear time a millisecond. */
const length = 20_000
const longest = 100

/** Pieces of text that patterns are made for. */
const commonPieces =
  'a|A|0|x| |\t|\n|"|\\|\\"|\'|<|>|/|//|.|,|;|=|-|_|@|:|?|#|&|%|%20|[|]|(|)|{|}|+|*|!|é|a0|a |a.|a-|a,|a:|0.|0:|, |; |="|a=|://|<a|a="\\" |a="\\",|\r\n'.split(
    '|',
  )
const commonBegins = ['', 'a', '"', 'a="', 'a:', '<', 'http://', '{', '[', '(', '&#']

/** A text that matches up to its end, and then does not, is where time is lost; the long form tries texts that end as they began, too. */
const ends = isLongForm ? ['', '!'] : ['!']

interface Literal {
  readonly place: string
  readonly pattern: string
  readonly flags: string
}

/** Every regular expression that is written in the sources. */
function literals(): Literal[] {
  return globSync('{packages,apps}/*/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const found: Literal[] = []
      const source = readFileSync(join(root, file), 'utf8')
      visit(parseAst(source, { lang: 'ts' }), (regex, start) => {
        found.push({ ...regex, place: `${file}:${source.slice(0, start).split('\n').length}` })
      })
      return found
    })
}

function visit(node: unknown, tell: (regex: { pattern: string; flags: string }, start: number) => void): void {
  if (typeof node !== 'object' || node === null) return
  if ('regex' in node && 'start' in node) tell(node.regex as { pattern: string; flags: string }, node.start as number)
  for (const child of Object.values(node)) visit(child, tell)
}

/** Runs it over texts that repeat one piece, and tells of the first that takes too long. */
function slowText({ pattern, flags }: Literal): string | undefined {
  const everywhere = new RegExp(pattern, flags.includes('g') ? flags : `${flags}g`)
  const words = pattern.match(/[a-z]{2,}/gi)?.slice(0, 6) ?? []
  const ownPieces = [...pattern.replaceAll(/\\[a-z]/gi, '')].filter((letter) => /[\x20-\x7e]/.test(letter))
  for (const piece of new Set([...commonPieces, ...ownPieces, ...words])) {
    const body = piece.repeat(length / piece.length)
    for (const begin of new Set([...commonBegins, ...words.slice(0, 2)])) {
      for (const end of ends) {
        const text = begin + body + end
        if (takesTooLong(() => text.replace(everywhere, ''))) return JSON.stringify([begin, piece, end])
      }
    }
  }
  return undefined
}

/** In time of the processor, for others use it, too; looked at three times, for the collection of garbage does. */
function takesTooLong(work: () => void): boolean {
  return [1, 2, 3].every(() => {
    const before = process.cpuUsage()
    work()
    return process.cpuUsage(before).user / 1_000 > longest
  })
}

describe('regular expressions', () => {
  it('take time in proportion to the text, whatever it is', { timeout: 240_000 }, () => {
    const found = literals()
    expect(found.length).toBeGreaterThan(250)
    const slow = found.flatMap((literal) => {
      const text = slowText(literal)
      return text === undefined ? [] : [`${literal.place} /${literal.pattern}/${literal.flags} at ${text}`]
    })
    expect(slow).toEqual([])
  })

  it('are found out where they do not', () => {
    expect(slowText({ place: '', pattern: '\\s+$', flags: '' })).toBeDefined()
  })
})
