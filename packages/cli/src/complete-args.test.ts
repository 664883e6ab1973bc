import { describe, expect, it } from 'vitest'
import 'sluice/internal'
import { completeArgs } from './complete-args.ts'
import { completionScript } from './completion.ts'
import { manPage } from './man-page.ts'
import { verbs } from './verb-table.ts'

describe('arguments without a verb', () => {
  it.each([
    [['https://api.example/[1-9]', '-c', '5']],
    [['api.example/items']],
    [['example.com']],
    [[':3000/x']],
    [['localhost:8080']],
    [['-c', '5', 'https://api.example']],
    [['-i', 'urls.txt']],
  ])('%j is a fetch', async (args) => {
    expect(await completeArgs(args, [])).toEqual(['fetch', ...args])
  })

  it.each([
    [[]],
    [['--help']],
    [['-V']],
    [['fetch', 'x']],
    [['runs', 'show', 'x']],
    [['runs', '--json']],
    [['news', 'list']],
  ])('%j stays as it is', async (args) => {
    expect(await completeArgs(args, ['news'])).toEqual(args)
  })

  it.each([
    [['fech', 'https://api.example'], 'there is no sluice fech; did you mean "fetch"?'],
    [['runs', 'shw', 'x'], 'there is no sluice runs shw; did you mean "show"?'],
    [['quux'], 'there is no sluice quux; sluice --help lists the verbs'],
    [[import.meta.filename], 'to read that file: sluice fetch -i '],
  ])('%j is refused', async (args, message) => {
    await expect(completeArgs(args, [])).rejects.toThrow(message)
  })
})

describe('a completion script', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('of %s has every verb and every flag', (shell) => {
    const script = completionScript(shell, verbs)
    for (const { usage, flags } of verbs) {
      expect(script).toContain(usage.split(' ')[0])
      for (const { flag } of Object.values(flags)) expect(script).toContain(/--([a-z0-9-]+)/.exec(flag)![1])
    }
  })
})

it('the manual page has every verb and every flag, and no line that roff takes for a request', () => {
  const page = manPage()
  for (const { usage, flags } of verbs) {
    expect(page).toContain(`.SH SLUICE ${usage.toUpperCase().replaceAll('-', '\\-')}`)
    if (/^(resume|retry)/.test(usage)) continue
    for (const { flag } of Object.values(flags)) expect(page).toContain(`.B ${flag.replaceAll('-', '\\-')}`)
  }
  expect(page.split('\n').filter((line) => /^[.'](?!SH|SS|TP|B |I |TH|br|nf|fi|\\")/.test(line))).toEqual([])
})
