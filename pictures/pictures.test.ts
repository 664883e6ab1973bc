import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { drawnHash } from './drawn.ts'
import { screenOf } from './terminal-screen.ts'

const folder = join(import.meta.dirname, '../docs/pictures')

it('shows the page and the terminal in the docs as they look now; otherwise: npm run docs:pictures', () => {
  expect(readFileSync(join(folder, 'drawn.sha256'), 'utf8').trim()).toBe(drawnHash())
})

it('keeps each picture of the docs below 150 kB', () => {
  const sizes = globSync('*.png', { cwd: folder }).map((name) => [name, statSync(join(folder, name)).size] as const)
  expect(sizes.map(([name]) => name).sort()).toEqual([
    'page-dark.png',
    'page-light.png',
    'terminal-dark.png',
    'terminal-light.png',
  ])
  expect(sizes.filter(([, size]) => size > 150_000)).toEqual([])
})

it('reads the bytes of a command as a terminal shows them', () => {
  const output =
    'keys\r\n10 done\r\u001b[2K\u001b[31m\u001b[1merror:\u001b[22m\u001b[39m no\r\n1234567\r\n\r\u001b[2K20 done'
  expect(screenOf(output, 7)).toEqual([
    [{ text: 'keys', look: '' }],
    [
      { text: 'error:', look: 'red bold' },
      { text: ' ', look: '' },
    ],
    [{ text: 'no', look: '' }],
    [{ text: '1234567', look: '' }],
    [{ text: '20 done', look: '' }],
  ])
})
