import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultNames, parseFaultName } from './fault.ts'

describe('a fault by its name', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

  it.each(faultNames)('%s is in the README', (name) => {
    expect(readme).toMatch(new RegExp(`^\\| .*\`${name.replace('.', '\\.')}(=[^\`]+)?\`.* \\|`, 'm'))
  })

  it('has a detail behind its equals sign, if it takes one', () => {
    expect(parseFaultName('faults', 'rst')).toEqual({ fault: 'rst' })
    expect(parseFaultName('faults', 'rst=NO_ERROR')).toEqual({ fault: 'rst', detail: 'NO_ERROR' })
    expect(parseFaultName('faults', 'bad-length=a=b')).toEqual({ fault: 'bad-length', detail: 'a=b' })
  })

  it.each([
    ['rst=never', /^faults: rst= expects one of CANCEL, NO_ERROR, .*, got "never"$/],
    ['nested=0', /^faults: nested= expects a whole number from 1 to 10000000, got "0"$/],
    ['junk=1', /^faults: junk takes no detail, got "junk=1"$/],
    ['boredom', /^faults: expected a status from 400 to 599 or one of reset, .*, got "boredom"$/],
  ])('%s is refused', (text, message) => {
    expect(() => parseFaultName('faults', text)).toThrow(message)
  })
})
