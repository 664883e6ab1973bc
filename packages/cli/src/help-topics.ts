import { exitCodes } from './figures/exit-code.ts'

/** Texts of `sluice help TOPIC`. */
export const helpTopics: ReadonlyMap<string, () => string> = new Map([
  ['exit-codes', exitCodesTopic],
  ['environment', () => environmentTopic],
  ['formats', () => formatsTopic],
  ['gateway', () => gatewayTopic],
  ['limits', () => limitsTopic],
  ['runs', () => runsTopic],
  ['workers', () => workersTopic],
])

function exitCodesTopic(): string {
  const rows = [...exitCodes].map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)
  return `Exit codes\n\n${rows.join('\n')}\n\nThe code is 7 after --max-time, --fail-fast, --max-failures or --budget, and if\nonly items with waits longer than --max-retry-after are left.\nIf several apply, the first of these counts: signals, 2, 4, 6, 5, 7, 3.\n`
}

const gatewayTopic = `Gateway

  sluice gateway --to https://api.example -c 20 --rate 100/min

Programs in any language call http://127.0.0.1:4100/path instead of
https://api.example/path. Their requests wait for the limits instead of being
refused, and share retries, pauses, cache and credentials.

  order           by the header Sluice-Priority (default 0; higher first), then
                  round robin among callers, identified by address and
                  User-Agent, or by the header Sluice-Client
  --max-wait      after this wait: 503 with Retry-After and the position in the
                  queue
  several APIs    --to github=https://api.github.com --to shop=https://s.example
                  serves /github/user and /shop/items
  settings file   --config FILE, for limits and keys of each API; kill -HUP
                  reads it again:
                  { "upstreams": { "github": { "url": "https://api.github.com",
                    "rate": "5000/h", "auth": "bearer:env:TOKEN" } } }
  other machines  --listen 0.0.0.0 --client-token env:TOKEN; callers send
                  Authorization: Bearer TOKEN
  many gateways   --store postgres://user@host/database shares one limit among
                  them
  --health 9100   /livez, /readyz and /metrics (Prometheus)
  --dash          a live page: what waits and for what, callers and their shares

SIGTERM and Ctrl-C end it after the requests in flight, within --grace.
`

const environmentTopic = `Environment

  SLUICE_...     a variable for every flag except those for files:
                 SLUICE_CONCURRENCY=20 is -c 20
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY
                 proxies, as in curl; --proxy none ignores them
  NO_COLOR       no colour; FORCE_COLOR=1 colour even in a pipe; TERM=dumb plain
                 ASCII
  CI             plain progress lines instead of the live one

A flag overrides the environment, which overrides the profile (--profile, in
sluice.profiles.json), which overrides sluice.config.json here, which overrides
the one in ~/.config/sluice.
--env-file FILE loads variables from a file; no .env is read by default. An
empty variable sets nothing.

A settings file has the flags' long names in camelCase:

  { "concurrency": 20, "rate": ["10/s", "5000/day"],
    "baseUrl": "https://api.example", "header": { "X-Key": "env:KEY" } }

A repeatable flag takes one value or a list of them, and so do flags with a
list, such as retryOn: ["429", "5xx"]. json and jsonTemplate may be JSON itself.
Values are checked like those of flags.

To compute settings, export them as default from sluice.config.ts, .js or .mjs.
Such a file is executed: when one is found, the first line says so (using
./sluice.config.ts). --no-config reads no settings file.
`

const formatsTopic = `Formats

Input, by the file extension or the first line, or --input-format; .gz is
decompressed, a byte order mark is dropped:

  lines   one URL per line; empty lines and lines that begin with # are skipped;
          with --url one value per line
  jsonl   one request per line: {"id", "method", "url", "query", "headers",
          "body" or "json", "weight", "cost", "priority", "partition",
          "timeout", "meta"}, of which only url is required
  json    a list of such requests, or several in a row, over any number of lines
  csv     a header row, then one request per row; a column url, or --url. Tabs
          (.tsv), semicolons and pipes are detected in the header row or in a
          line sep=; (--delimiter sets another). Unused columns may have any
          name, or none
  Lines end with LF, CR LF or CR; with --null, items of a list end with NUL.
  A scheme is added only to localhost, a host with a dot, and a host with a
  port; other text is an error that names its line.

Templates, for each row of csv, each value of jsonl and json, and with --url
each line of a list:

  --url 'https://api.example/{id}?q={name}'
                     RFC 6570; a JSON line is then a row, and its url, method
                     and the like are only values
  --url 'https://api.example/{data.id}'
                     with the output of another sluice fetch, or {data.0.id}
  -H 'X-Name: {name}', -X '{method}', -d 'name={name}', --json '{"n":"{name}"}'
                     without --url a JSON line is a request, and its own fields
                     override these
  --json-template '{"name":"{name}","n":"{price|number}","t":"{tags|json}"}'
                     number and json keep all digits; with ? as in {note|text?}
                     an empty value is left out of the body
  {User ID}, {user-id} and {größe} are valid names; {a%2Cb} is the column a,b.
  {{name}} is the text {name}.
  In -d, values are percent-encoded in a form, escaped in JSON, and otherwise
  unchanged. URLs as arguments and lists of URLs have no rows: their braces are
  sent unchanged. An unknown name is an error; so is a value that is empty, . or
  .. in the path, changes the host, or would break a header.

Output, one object per input:

  {"index":0,"id":"1","url":"https://…","method":"GET","ok":true,"status":200,
   "attempts":1,"ms":203.1,"timing":{"queued":0.4,"backoff":0,"connect":0.6,
   "firstByte":202.5,"body":0.2,"attempt":203.3,
   "startedAt":"2026-01-31T09:00:00.000Z"},"protocol":"h2",
   "headers":{"content-type":"application/json"},"data":{…}}

  data is parsed JSON, text is text in the declared charset, base64 is other
     bytes; a failure has "ok":false and "error":{"code","message","retryAt",
     "body"} instead: body is the beginning of the response, as JSON or text,
     credentials masked. timing is in milliseconds: attempt is the last attempt
     alone, without queueing; startedAt is when the call started.
  With --paginate it is one object per page, with the id ID#3, or with --items
     per item, ID#117; index counts the lines. The first item of a page has the
     attempts and times of the page. A failure has the number of its page, ID#3
     or ID#page3, and is the last line of its input. A list without items is one
     line without data.
  -o FILE.jsonl, FILE.csv, each also .gz. The file appears under its name when
     every input has its result; until then it is FILE.part. One left by an
     earlier run becomes FILE.part.old. The permissions of a file do not change.
  -o FILE.parquet, FILE.db (SQLite, a table "results") have a column for each
     field: index (in SQL idx), id, url, method, ok, status, attempts, ms,
     queued, backoff, connect, first_byte, body_ms, attempt_ms, started_at,
     protocol, headers, meta, data, text, bytes, file, error_code,
     error_message, error_body, retry_at. headers, meta and data are JSON text.
     CSV has the same columns, with text and bytes (base64) in data.
  -o csv:- is CSV on stdout; csv:NAME and --output-format csv write CSV whatever
     the name. /dev/stdout, /dev/fd/3, named pipes and >(program) get results as
     they arrive.
  --append and --skip-existing add to the file of -o, .jsonl or .csv, line by
     line.
  CSV has values unchanged. If a spreadsheet would run text as formulas,
     --csv-safe puts ' before text that begins with =, +, - or @; such values
     then differ from those of the API.
  Numbers keep all digits, in input and output: 9007199254740993, 1.10, 1e400.
     If a number does not fit into 64 bits, its column in Parquet or SQLite is
     text. Half of a surrogate pair is written as U+FFFD.
  JSON nested more than 1,000 levels deep is a failure (SLUICE_TOO_DEEP);
     --out-dir and --read-as text or bytes accept it.
  Each output needs a separate file, which is not an input and is not being
     written by another process (FILE.lock).
  --keep-columns puts the columns of the input first, unchanged:
       sluice fetch -i in.csv --url 'https://api.example/{id}' --keep-columns
         --select name=data.name,price=data.price -o out.csv
     A field of the result whose name is taken gets the prefix result_. In
     --select they are in row: mail=row.email. A stored run stores them, except
     columns with the name of a secret, so that sluice export can write them
     too. Without --select JSON lines have them as "row".
  With --select the columns are the selected fields; a field that no result has
     is reported at the end. In Parquet each column is boolean, integer, number
     or text, whichever fits all its values; objects, and fields with values of
     several kinds, are JSON text. The types are known only at the end: until
     then the rows are in FILE.parquet.rows.part.
`

const limitsTopic = `Limits

All limits apply together:

  -c 20              at most 20 attempts in flight; each counts until its
                     connection is free again
  -c auto            the best concurrency for each host, found automatically
  --per-host 5       at most 5 of them to any one host
  --rate 10/s        evenly paced, never more than 10 in any second; several:
                     --rate 100/min --rate 5000/day (a rate of more than a
                     minute is a quota: it is spent on demand, then waited for)
  --rate-scope all   one quota for all hosts together, instead of one per host
  --burst 10         10 may start at once after a pause: for APIs that allow it
  --budget tokens=5M stops before the run costs more; it continues with
                     sluice resume --budget tokens=8M
  --rate '200k tokens/min' --cost tokens=prompt_tokens
         --actual-cost tokens=data.usage.total_tokens
                     counts tokens: before a call by its column or an estimate
                     from earlier responses, after it by its response

A 429, or a 503 with Retry-After, pauses all calls to the same host for as long
as the server requests. A refused call is retried up to 20 times
(--max-throttles); with --attempts 3 it is sent at most 3 times, whatever the
reason. After a pause, calls start at the inferred rate. Quota headers are
obeyed before the server refuses anything (--no-learn ignores headers and infers
no rate). A failing host is paused and probed with single calls (--no-breaker
disables this). Hosts do not delay each other.
`

const runsTopic = `Stored runs

  sluice fetch -i urls.txt --store --name nightly
                                stores every result in .sluice/runs.db
  sluice fetch -i urls.txt --store sqlite:run.db
                                in another file; SLUICE_STORE sets it for all
                                verbs
  sluice resume nightly         requests what has no result yet; without a name,
                                of the newest unfinished run
  sluice retry nightly --status 5xx
                                repeats failures; successes are not touched
  sluice runs                   lists runs
  sluice runs show nightly      shows counts, statuses, errors and times
  sluice export nightly -o nightly.csv
                                writes all results in the order of the input

The store and the input are all that a run needs: settings are stored, secrets
are not (env:NAME and file:PATH are, by name). The input is recognised by its
content; a changed one is refused. A pipe is stored as it is read.

A killed process loses no stored result. Calls that were in flight are repeated,
with --idempotency-key under the same key. Items whose wait is longer than
--max-retry-after are parked until their date; the run then exits with 7, and
resume requests those whose date has come.
`

const workersTopic = `Many machines

  export SLUICE_STORE=postgres://me@db.example/runs
                                a store that all of them reach; PGPASSWORD or
                                ~/.pgpass
  sluice fetch -i urls.txt --rate 100/s --detach --name nightly
                                reads the list into it; workers make the calls
  sluice worker                 on any number of machines, at any time
  sluice runs show nightly --watch
                                shows progress and workers
  sluice retry nightly
  sluice export nightly -o nightly.csv
                                as for any other run

Rates and concurrency of the run apply to all workers together. Each item has
one result, even if workers die; calls that were in flight are repeated, with
--idempotency-key under the same key. Secrets are read where a worker runs: set
TOKEN there for --auth bearer:env:TOKEN.

On SIGTERM or Ctrl-C a worker takes no more items, lets calls in flight finish
for up to --grace 10s, releases the rest, and exits. --until-done exits when
nothing is left that it can do: with 0, or 3 or 7 if items are left (sluice
worker --help). --health 9090 serves /livez, /readyz and /metrics (Prometheus).
`
