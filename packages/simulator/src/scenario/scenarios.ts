import type { ScenarioName, ScenarioOptions } from './scenario.ts'

/** What each named scenario is like. `products` is what is meant when nothing is said. */
export const scenarios: Readonly<Record<ScenarioName, ScenarioOptions>> = {
  /** Every answer takes 200 ms; nothing goes wrong. */
  products: { latency: '200ms' },
  /** 5 % server errors and now and then a torn connection. */
  flaky: { latency: '200ms', faults: '503:5%,reset:1%' },
  /** 20 requests in any second, and headers that tell. */
  limited: { latency: '100ms', limit: 'sliding:20/s', headers: 'ietf' },
  /** A bucket that says nothing but 429: neither headers nor Retry-After. */
  terse: { latency: '100ms', limit: 'token:10/s,burst=20', refusal: { retryAfter: 'none' } },
  /** A quota by the minute and no more than 20 at once, told in GitHub's headers. */
  quota: { latency: '150ms', limit: ['fixed:300/min', 'concurrent:20'], headers: 'github' },
  /** Most answers within a second, some after many. */
  slow: { latency: 'lognormal:p50=800ms,p99=6s' },
  /** Eight workers and a short queue: more at once only wait longer, and then get 503. */
  overloaded: { latency: '100ms', capacity: { servers: 8, queue: 50 } },
  /** Gone between the 10th and the 20th second. */
  outage: { latency: '200ms', outages: '10s-20s' },
  /** A bit of everything that can go wrong on the wire. */
  hostile: {
    latency: 'tail:50ms,1%=2s',
    faults:
      '500:2%,503:3%,reset:1%,reset-body:1%,hang:0.5%,hang-body:0.5%,truncated:1%,malformed:1%,wrong-type:1%,gzip-bomb:0.5%,endless:0.5%,drip:1%,garbage:0.5%,redirect-loop:0.5%,redirect-away:0.5%',
    keepAlive: '5s,requests=50,no-hint',
  },
}
