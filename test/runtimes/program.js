/**
 * Program that uses a client, the same in every runtime. Returns the responses; the API records the requests.
 *
 * @param {typeof import('sluice').createClient} createClient
 * @param {string} api
 */
export async function program(createClient, api) {
  const client = createClient({ baseUrl: api, concurrency: 4, rate: '50/s', cache: 'http' })
  const items = await client.all(Array.from({ length: 20 }, (_, index) => `/items/${index}`))
  const retried = await client.get('/busy')
  const events = await client.get('/events', { readAs: 'events' })
  const words = []
  for await (const { data } of events.value) words.push(data)
  const streamed = await (await client.fetch(`${api}/events`)).text()
  const echoed = await client.extend({ idempotencyKey: true }).post('/echo', { json: { text: 'ä€' } })
  const parts = async function* () {
    for (const word of ['one ', 'two']) yield new TextEncoder().encode(word)
  }
  const uploaded = await client.post('/echo', { body: parts, headers: { 'content-type': 'text/plain' } })
  const fresh = [await client.get('/cached'), await client.get('/cached')]
  const moved = await client.get('/moved')
  const pages = []
  for await (const page of client.paginate('/pages?page=1', { style: 'page', items: 'list' })) pages.push(page)
  const worked = await client.run(async () => 'done')
  const once = createClient({ baseUrl: api, retry: false })
  const cut = await once.try('/cut')
  const refused = await once.try('http://127.0.0.1:65534')
  const late = await once.try('/never', { deadline: '100ms' })
  let refusal = ''
  try {
    createClient({ tls: { insecure: true } })
  } catch (error) {
    refusal = error.message
  }
  await client.close()
  return {
    items: items.map(({ ok, value }) => ok && value.path),
    attempts: retried.attempts.length,
    words,
    streamed,
    echoed: echoed.value.body,
    uploaded: uploaded.value.body,
    fresh: fresh.map(({ value }) => value.path),
    moved: moved.value.path,
    pages,
    worked,
    cut: cut.error?.code,
    refused: refused.error?.code,
    late: late.error?.code,
    refusal,
  }
}
