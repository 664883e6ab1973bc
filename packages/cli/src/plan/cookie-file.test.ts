import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CookieFile } from './cookie-file.ts'

const path = join(mkdtempSync(join(tmpdir(), 'sluice-cookies-')), 'jar.txt')

it('reads and writes the cookies of curl, for their hosts, and for the owner of the file alone', async () => {
  writeFileSync(
    path,
    '# Netscape HTTP Cookie File\n\n#HttpOnly_a.test\tFALSE\t/\tTRUE\t0\tsid\t1\n.b.test\tTRUE\t/x\tFALSE\t4102444800\tb\t2\na.test\tFALSE\t/\tFALSE\t1\told\t3\n',
  )
  const jar = new CookieFile(path)
  expect(await jar.getCookieString('https://a.test/y')).toBe('sid=1')
  expect(await jar.getCookieString('http://a.test/y')).toBe('')
  expect(await jar.getCookieString('https://sub.b.test/x/y')).toBe('b=2')
  await jar.setCookie('new=4; Path=/', 'https://c.test/')
  await jar.setCookie('evil=5; Domain=a.test', 'https://c.test/', { ignoreError: true })
  await jar.save()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(path, 'utf8')).toContain('#HttpOnly_a.test\tFALSE\t/\tTRUE\t0\tsid\t1\n')
  const again = new CookieFile(path)
  expect(await again.getCookieString('https://c.test/')).toBe('new=4')
  expect(await again.getCookieString('https://a.test/y')).toBe('sid=1')
  expect(await again.getCookieString('https://sub.b.test/x/y')).toBe('b=2')
})

it('begins without a file, and names the line that is none of a cookie', async () => {
  const jar = new CookieFile(join(path, '..', 'new.txt'))
  expect(await jar.getCookieString('https://a.test/')).toBe('')
  writeFileSync(path, 'a.test TRUE / geheim\n')
  expect(() => new CookieFile(path)).toThrow(/--cookie-jar: .*jar\.txt:1: expected seven fields/)
  expect(() => new CookieFile(path)).not.toThrow(/geheim/)
})
