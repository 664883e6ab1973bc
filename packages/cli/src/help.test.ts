import { describe, expect, it } from 'vitest'
import { helpTopics } from './help-topics.ts'
import type { Io } from './io.ts'
import { runProgram } from './program.ts'
import type { Verb } from './verb.ts'
import { verbs } from './verb-table.ts'

/** Text that the command writes on a terminal of 80 columns. */
async function shown(args: readonly string[]): Promise<string> {
  const written: string[] = []
  const stream = { columns: 80, isTTY: true, write: (text: string) => written.push(text) }
  const io = { stdin: stream, stdout: stream, stderr: stream, env: {} } as unknown as Io
  // commander ends help by an error.
  await runProgram(io, { exitCode: 0 }, args).catch(() => {})
  return written.join('')
}

function named(outer: readonly string[], list: readonly Verb[]): (readonly [string, Verb])[] {
  return list.flatMap((verb) => {
    const path = [...outer, verb.usage.split(' ')[0]!]
    return [[path.join(' '), verb] as const, ...named(path, verb.verbs ?? [])]
  })
}

const all = named([], verbs)

describe('the help on a terminal of 80 columns', () => {
  it.each(['', ...all.map(([name]) => name)])('of sluice %s fits', async (name) => {
    const text = await shown([...name.split(' ').filter((word) => word !== ''), '--help'])

    expect(text).toContain('Usage: sluice')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text.endsWith('\n\n')).toBe(false)
  })

  it.each([...helpTopics.keys()])('about %s fits', async (topic) => {
    const text = await shown(['help', topic])

    expect(text.length).toBeGreaterThan(200)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('has an example for each verb', () => {
    expect(verbs.filter(({ after = '' }) => !after.includes('Examples:\n  ')).map(({ usage }) => usage)).toEqual([])
  })

  it('leaves the flags of fetch out of the help of resume and retry, which accept them', async () => {
    const text = await shown(['resume', '--help'])

    expect(text).toContain('--force')
    expect(text).not.toContain('--paginate')
    expect(verbs.find(({ usage }) => usage.startsWith('resume'))!.flags).toHaveProperty('paginate')
  })
})
