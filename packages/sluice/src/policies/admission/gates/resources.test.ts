import { describe, expect, it } from 'vitest'
import { Resources } from './resources.ts'

const host = 'https://api.test'

describe('the parts of an API', () => {
  it('are distinguished by the first segment of the path', () => {
    const resources = new Resources()
    resources.learn(`${host}/repos/a/b?page=1`, 'core')
    resources.learn(`${host}/search/code`, 'search')
    expect(
      ['/repos/c/d', '/repos', '/search/issues?q=a', '/users/1', '/'].map((path) => resources.of(host + path)),
    ).toEqual(['core', 'core', 'search', undefined, undefined])
  })

  it('are distinguished by further segments if several have the first ones', () => {
    const resources = new Resources()
    for (let times = 0; times < 3; times++) {
      resources.learn(`${host}/api/v3/repos/a`, 'core')
      resources.learn(`${host}/api/v3/search/code`, 'search')
    }
    expect(['/api/v3/repos/b', '/api/v3/search/x', '/api/v3/users'].map((path) => resources.of(host + path))).toEqual([
      'core',
      'search',
      undefined,
    ])
  })

  it('do not grow without end', () => {
    const resources = new Resources()
    for (let index = 0; index < 2_000; index++) resources.learn(`${host}/${index}`, 'core')
    expect([resources.of(`${host}/999`), resources.of(`${host}/1000`)]).toEqual(['core', undefined])
  })

  it.each(['', 'x', 'https://', host, `${host}?a=/b`, `${host}//`, `${host}/${'a/'.repeat(50)}`])(
    'are found for %j too',
    (url) => {
      const resources = new Resources()
      resources.learn(url, 'core')
      expect(resources.of(url)).toBe('core')
    },
  )
})
