import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')

/** Everything that a file needs as soon as it is loaded: its own files, and packages by name. Types are not loaded. */
function loadedWith(file: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, name] of text.matchAll(/^(?:import|export) (?!type\b)(?:[^'";]*? from )?'([^']+)'/gms)) {
    const path = resolve(dirname(file), name!)
    if (existsSync(path)) loadedWith(path, found)
    else found.add(name!)
  }
  return found
}

it('the start of the command loads neither the library nor any verb: those come when they are called', () => {
  const loaded = [...loadedWith(main)]

  expect(loaded).toContain('commander')
  expect(
    loaded.filter((name) => /^(sluice|@sluice\/)|\/(inputs|outputs|figures|terminal|plan|jobs|verbs)\//.test(name)),
  ).toEqual([join(import.meta.dirname, '../src/figures/exit-code.ts')])
})
