import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FetchFlags, untouched } from '../flags/fetch-flags.ts'
import { withCurl } from './from-curl.ts'
import { shellWords } from './shell-words.ts'

const env = { TOKEN: 's3cr3t-t0k3n', USER: 'ann', HOST: 'api.example' }
const from = (command: string, flags: Partial<FetchFlags> = {}) => {
  const { urls, flags: all, notes } = withCurl([], { ...untouched, ...flags, fromCurl: command }, env)
  const { learn, body, glob, ...own } = all
  return { urls, ...own, ...(glob ? {} : { glob }), ...(notes.length > 0 && { notes }) }
}

describe('shellWords', () => {
  it.each([
    [`curl 'a b' "c\\"d" e\\ f`, ['curl', 'a b', 'c"d', 'e f']],
    ["curl \\\n  -H 'x' \\\r\n y", ['curl', '-H', 'x', 'y']],
    [`curl $'it\\'s\\n\\u0021\\x41'`, ['curl', "it's\n!A"]],
    [`curl 'a'"b"c ''`, ['curl', 'abc', '']],
    [`curl "a\\n$"`, ['curl', 'a\\n$']],
    [`curl ^"https://x/^?a=1^&b=2^" ^\r\n  -H ^"x: \\^"y\\^"^"`, ['curl', 'https://x/?a=1&b=2', '-H', 'x: "y"']],
  ])('reads %j as a shell does', (command, words) => {
    expect(shellWords(command)).toEqual(words)
  })

  it.each([
    ["curl 'x", 'a quote is never closed'],
    ['curl "x', 'a quote is never closed'],
    ['curl http://x?a=1&b=2', 'there is a & outside quotes'],
    ['curl x | jq .', 'there is a | outside quotes'],
    ['curl $(rm x)', 'commands within the command are not supported'],
    ['curl "`rm x`"', 'commands within the command are not supported'],
  ])('refuses %s', (command, message) => {
    expect(() => shellWords(command)).toThrow(message)
  })
})

describe('withCurl', () => {
  it('takes URL, method, headers and body', () => {
    const command =
      "curl --location -sS 'https://api.example/x?a=1' -XPUT -H 'X-A: b' -H 'Accept:' -A me --compressed --data-raw '{\"a\":\"it'\\''s\"}' -k --http2 -m 20"
    expect(from(command)).toEqual({
      urls: ['https://api.example/x?a=1'],
      method: 'PUT',
      header: ['X-A: b', 'Accept:', 'User-Agent: me'],
      data: '{"a":"it\'s"}',
      insecure: true,
      http2: true,
      timeout: '20s',
    })
  })

  it.each([
    ['-d a=1 -d b=2', { data: 'a=1&b=2' }],
    ["--data-urlencode 'q=a b&c' --data-urlencode =x", { data: 'q=a%20b%26c&x' }],
    ['-d @body.json', { data: '@body.json' }],
    ['-I', { method: 'HEAD' }],
    ['--retry 3', { attempts: '4' }],
    ['-g', { glob: false }],
    ['-r 0-9', { header: ['Range: bytes=0-9'] }],
    [`--json '{"a":1}'`, { data: '{"a":1}', header: ['Content-Type: application/json', 'Accept: application/json'] }],
    ["-H ':authority: x' -H 'Content-Length: 3' -H 'Host: h'", { header: ['Host: h'] }],
    ['-u ann:pw', { auth: ['basic:ann:pw'] }],
    ['-u "ann:$TOKEN"', { auth: ['basic:ann:env:TOKEN'] }],
    ['--oauth2-bearer $TOKEN', { auth: ['bearer:env:TOKEN'] }],
    ['-H "Authorization: Bearer $TOKEN"', { auth: ['bearer:env:TOKEN'] }],
    [`-H "X-Key: \${TOKEN}"`, { header: ['X-Key: env:TOKEN'] }],
    ['-H "X-User: u-$USER"', { header: ['X-User: u-ann'] }],
  ])('makes of %s what it means', (options, flags) => {
    const { notes, ...made } = from(`curl ${options} https://x.example/`)
    expect(made).toEqual({ urls: ['https://x.example/'], ...flags })
  })

  it('makes a query of data with -G, and http of a URL without scheme', () => {
    expect(from('curl -G "$HOST/x?a=1" -d b=2 --data-urlencode "c=d e"')).toEqual({
      urls: ['http://api.example/x?a=1&b=2&c=d%20e'],
    })
  })

  it('lets other flags win, and adds their headers', () => {
    const given = { header: ['X-A: c'], method: 'POST', attempts: '2' }
    expect(from("curl https://x.example/ -X PUT -H 'X-A: b' --retry 9", given)).toEqual({
      urls: ['https://x.example/'],
      method: 'POST',
      attempts: '2',
      header: ['X-A: b', 'X-A: c'],
    })
  })

  it('is the request of each row where an input is given', () => {
    expect(from("curl 'https://x.example/{id}' -d 'n={name}'", { input: ['a.csv'] })).toEqual({
      urls: [],
      input: ['a.csv'],
      url: 'https://x.example/{id}',
      data: 'n={name}',
    })
  })

  it('says which credentials belong into the environment, without showing them, and what is left out', () => {
    const command =
      "curl https://x.example/ -o out -H 'Authorization: Bearer abc123' -H 'X-Api-Key: def456' -b 'sid=ghi789' -d 'a=1 2'"
    const { notes } = from(command)
    expect(notes).toEqual([
      '--from-curl: -o of curl has no equivalent and is ignored',
      '--from-curl: the command contains credentials; with TOKEN, X_API_KEY, COOKIE in the environment, it becomes\n' +
        "  sluice fetch https://x.example/ --auth bearer:env:TOKEN -H 'X-Api-Key: env:X_API_KEY' -H 'Cookie: env:COOKIE' -d 'a=1 2'",
    ])
    const rows = from("curl 'https://x.example/{id}' -u ann:pw123", { input: ['a.csv'] })
    expect(rows.notes?.[0]).toContain("sluice fetch --url 'https://x.example/{id}' -i a.csv --auth basic:env:USER_PASS")
    expect(from('curl https://x.example/ -u ann:pw123').notes?.[0]).toContain('--auth basic:env:USER_PASS')
    expect(from('curl https://x.example/ -u "ann:$TOKEN" -H "X-Key: $TOKEN"').notes).toBeUndefined()
  })

  it('reads a command from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-curl-'))
    writeFileSync(join(folder, 'c.sh'), '\ufeffcurl https://x.example/ \\\r\n -X PUT\r\n')
    expect(from(`@${join(folder, 'c.sh')}`)).toEqual({ urls: ['https://x.example/'], method: 'PUT' })
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['wget x', 'expected a command that begins with curl'],
    ['', 'expected a command that begins with curl'],
    ['curl', 'the command has no URL'],
    ['curl x --frobnicate', "curl's --frobnicate is not supported"],
    ['curl x -F a=@b', "curl's -F: form uploads are not supported"],
    ['curl x -u ann', '-u has no password'],
    ['curl x -b jar.txt', '-b names a file'],
    ['curl x -d @a -d b', 'a file cannot be combined with other data'],
    ["curl x --data-raw '@a'", 'a body that begins with @ must be in a file'],
    ['curl x -H', '-H needs a value'],
    ['curl x --next y', 'give one request, without --next'],
    ['curl "$GONE"', 'the environment variable GONE is not set'],
  ])('refuses %s', (command, message) => {
    expect(() => from(command)).toThrow(message)
  })
})
