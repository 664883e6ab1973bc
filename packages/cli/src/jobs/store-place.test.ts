import { readPostgresUrl } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { storeFlag, storeWithSchema, typedPasswordWarning } from './store-place.ts'

const withPassword = 'postgres://me:geheim-4711@db.test:5433/runs?sslmode=require'

describe('the store in commands that are proposed', () => {
  it('is left out where it is the usual one, and is as typed where it is a file', () => {
    expect(storeFlag(undefined, {})).toBe('')
    expect(storeFlag(true, {})).toBe('')
    expect(storeFlag('sqlite:run.db', {})).toBe(' --store sqlite:run.db')
  })

  it('is called by its variable if it came from there with a password, so that it works when pasted', () => {
    expect(storeFlag(withPassword, { SLUICE_STORE: withPassword })).toBe(' --store "$SLUICE_STORE"')
    expect(typedPasswordWarning(withPassword, { SLUICE_STORE: withPassword })).toBeUndefined()
  })

  it('is shown without its password if that was typed, quoted for a shell, and a warning says what stands in for it', () => {
    expect(storeFlag(withPassword, {})).toBe(" --store 'postgres://me@db.test:5433/runs?sslmode=require'")
    expect(typedPasswordWarning(withPassword, {})).toMatch(/SLUICE_STORE.*PGPASSWORD/)
    expect(typedPasswordWarning(withPassword, {})).not.toContain('geheim')
  })

  it('is as typed where no password is in it', () => {
    expect(storeFlag('postgres://me@db.test/runs', {})).toBe(' --store postgres://me@db.test/runs')
    expect(typedPasswordWarning('postgres://me@db.test/runs', {})).toBeUndefined()
  })

  it('hides a password that stands among the parameters', () => {
    expect(storeFlag('postgres://me@db.test/runs?password=geheim-4711', {})).toBe(' --store postgres://me@db.test/runs')
  })
})

describe('a store in a schema of its own', () => {
  it('has it in its URL, and in commands that are proposed', () => {
    const typed = storeWithSchema('postgres://me@db.test/runs', 'team a')
    expect(typed).toBe('postgres://me@db.test/runs?schema=team%20a')
    expect(storeWithSchema(typed, 'b')).toBe('postgres://me@db.test/runs?schema=b')
    const secret = storeWithSchema(withPassword, 'team_a')
    expect(storeFlag(secret, { SLUICE_STORE: withPassword })).toBe(' --store "$SLUICE_STORE" --schema team_a')
    expect(typedPasswordWarning(secret, { SLUICE_STORE: withPassword })).toBeUndefined()
    expect(typedPasswordWarning(secret, {})).toMatch(/SLUICE_STORE/)
    expect(() => storeWithSchema('run.db', 'a')).toThrow('--schema: only a store on PostgreSQL has schemas')
  })

  it('may be on several servers', () => {
    const place = readPostgresUrl('postgres://me:hush@a.test:1,b.test:2/runs?target_session_attrs=read-write')
    expect(place.shown).toBe('postgres://me:***@a.test:1,b.test:2/runs?target_session_attrs=read-write')
    expect(place.withoutPassword).toBe('postgres://me@a.test:1,b.test:2/runs?target_session_attrs=read-write')
    expect(place.servers.map(({ host }) => host)).toEqual(['a.test:1', 'b.test:2'])
  })
})

describe('the URL of a database', () => {
  it('is shown with a mask', () => {
    const place = readPostgresUrl('postgres://me:a%40b@db.test/runs')
    expect(place.password).toBe('a@b')
    expect(place.shown).toBe('postgres://me:***@db.test/runs')
  })

  it.each(['postgres:', 'postgresql:geheim-4711@db', 'postgres://me:geheim-4711@db.test:port/x'])(
    'is refused without showing any of it: %s',
    (text) => {
      expect(() => readPostgresUrl(text, '--store')).toThrow(/^--store: expected postgres:/)
      expect(() => readPostgresUrl(text, '--store')).not.toThrow(/geheim/)
    },
  )
})
