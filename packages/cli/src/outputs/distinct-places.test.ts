import { linkSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkDistinct } from './distinct-places.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-places-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

mkdirSync(at('real'))
symlinkSync(at('real'), at('link'))
writeFileSync(at('there'), '')
symlinkSync(at('there'), at('there-link'))
linkSync(at('there'), at('there-too'))

const outputs = (a: string | undefined, b: string | undefined) => [
  { flag: '-o', path: a },
  { flag: '--log', path: b },
]

describe('checkDistinct', () => {
  it.each([
    ['the same name', at('a'), at('a')],
    ['the same file, written in another way', at('a'), join(folder, 'real', '..', 'a').replace('real/', 'real/./')],
    ['a new file by way of a linked folder', at('real/new'), at('link/new')],
    ['a link', at('there'), at('there-link')],
    ['a second name of the same file', at('there'), at('there-too')],
    ['the provisional name of the other', at('a'), at('a.part')],
  ])('refuses two outputs that are one file: %s', (_, a, b) => {
    expect(() => checkDistinct(outputs(a, b), [])).toThrow(
      `--log ${b} is also written by -o ${a}; give each output a file of its own`,
    )
  })

  it('refuses an output that is an input', () => {
    const input = { flag: '-i in', path: at('there') }
    expect(() => checkDistinct(outputs(at('there-link'), undefined), [input])).toThrow(
      `-o ${at('there-link')} is also read, by -i in; choose another name for the output`,
    )
  })

  it('refuses an output to which stdout leads, or from which stdin comes', () => {
    const fd = openSync(at('there'), 'r+')
    expect(() => checkDistinct([...outputs(at('there'), undefined), { flag: 'stdout', fd }], [])).toThrow(
      'stdout is also written by -o',
    )
    expect(() => checkDistinct(outputs(at('there'), undefined), [{ flag: 'stdin', fd }])).toThrow('by stdin')
  })

  it.each([
    ['different files', at('a'), at('b')],
    ['stdout', '-', '-'],
    ['devices', '/dev/null', '/dev/null'],
    ['what is not given', undefined, undefined],
    ['folders, which are refused where they are opened', at('real'), at('real')],
  ])('takes %s', (_, a, b) => {
    expect(() => checkDistinct(outputs(a, b), [{ flag: '-i', path: at('there') }])).not.toThrow()
  })
})
