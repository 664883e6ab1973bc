import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/run-sluice.ts'
import { loadEnvironment } from './env-file.ts'

describe('a file of environment variables', () => {
  it('may begin with a byte order mark, and changes no variable that is set', () => {
    const path = join(temporaryFolder(), '.env')
    writeFileSync(path, '\ufeffTOKEN=abc # mine\nexport KEY="a b"\nSET=file\n')
    const env: NodeJS.ProcessEnv = { SET: 'before' }

    loadEnvironment(path, env)

    expect(env).toEqual({ TOKEN: 'abc', KEY: 'a b', SET: 'before' })
  })

  it.each(['/nowhere/.env', '/'])('is named when it cannot be read: %s', (path) => {
    expect(() => loadEnvironment(path, {})).toThrow(`--env-file: ${path}: `)
  })
})
